import { expectSame, expectThat } from '../../violation.ts'
import { fieldOf, type WireLines } from '../../wire.ts'
import { expectProblem, expectReplay, marksOf } from '../expect-response.ts'
import { type HttpCase, httpCase } from '../http-case.ts'
import type { Scene } from '../scene.ts'
import type { Sent } from '../sent.ts'

const needs = 'hop'

/** What a proxy must do beside. */
export const hops: readonly HttpCase[] = [
  httpCase(
    'hop',
    'hop-key',
    'the server behind it gets the key as its caller sent it',
    async (service) => {
      const lines = await seenBehind(service.scene({ body: { of: 'fields' } }), { key: '"quoted"' })
      expectSame('the key', ['"quoted"'], valuesOf(lines, 'idempotency-key'))
    },
    { needs },
  ),
  httpCase(
    'hop',
    'hop-mark',
    'the server behind it is told of no mark that a caller made',
    async (service) => {
      const sent: Sent = { lines: [['Idempotent-Replayed', 'true']] }
      expectSame(
        'marks',
        [],
        valuesOf(await seenBehind(service.scene({ body: { of: 'fields' } }), sent), 'idempotent-replayed'),
      )
    },
    { needs },
  ),
  httpCase(
    'hop',
    'hop-fields',
    'fields of the caller’s connection stop at it, and no Connection takes out what must get through',
    async (service) => {
      const sent: Sent = {
        lines: [
          ['Connection', 'X-Hop, Authorization, Idempotency-Key, X-Tenant'],
          ['X-Hop', '1'],
          ['TE', 'trailers'],
          ['Authorization', 'Bearer one'],
          ['X-Own', '1'],
        ],
      }
      const lines = await seenBehind(service.scene({ body: { of: 'fields' } }), sent)
      for (const name of ['x-hop', 'te']) expectSame(name, [], valuesOf(lines, name))
      for (const name of ['authorization', 'idempotency-key', 'x-tenant', 'x-own'])
        expectSame(`lines of ${name}`, 1, valuesOf(lines, name).length)
    },
    { needs },
  ),
  httpCase(
    'hop',
    'hop-encoding',
    'a keyed request asks for bytes that any retry can read',
    async (service) => {
      const sent: Sent = { lines: [['Accept-Encoding', 'gzip, br']] }
      const lines = await seenBehind(service.scene({ body: { of: 'fields' } }), sent)
      expectSame('Accept-Encoding', ['identity'], valuesOf(lines, 'accept-encoding'))
    },
    { needs },
  ),
  httpCase(
    'hop',
    'hop-forwarded',
    'who sent it is added to who sent it before',
    async (service) => {
      const sent: Sent = { lines: [['X-Forwarded-For', '192.0.2.1']] }
      const [value = ''] = valuesOf(
        await seenBehind(service.scene({ body: { of: 'fields' } }), sent),
        'x-forwarded-for',
      )
      expectThat(/^192\.0\.2\.1(, 127\.0\.0\.1)+$/.test(value), 'both are named', value)
    },
    { needs },
  ),
  httpCase(
    'hop',
    'hop-broken-off',
    'where the server behind it breaks off, the outcome is unknown, and nothing runs again',
    async (service) => {
      const scene = service.scene({
        ends: 'breaks_off',
        by: 'pieces',
        body: { of: 'random', sizes: [100, 100] },
      })
      const first = await scene.ask()
      expectThat(first.status >= 500, 'its caller is told of a failure', first.statusLine)
      expectProblem(scene, 'outcome-unknown', await scene.ask())
      expectSame('runs', 1, scene.runs)
    },
    { needs },
  ),
  httpCase(
    'hop',
    'hop-broken-off-at-least-once',
    'the same under at-least-once: a retry runs again',
    async (service) => {
      const scene = service.scene({
        ends: 'breaks_off',
        by: 'pieces',
        body: { of: 'random', sizes: [100, 100] },
      })
      await scene.ask()
      await scene.ask()
      expectSame('runs', 2, scene.runs)
    },
    { needs, terms: { guarantee: 'at-least-once' } },
  ),
  ...[409, 503].map((status) =>
    httpCase(
      'hop',
      `hop-asks-again-${status}`,
      `a server behind it that refuses with ${status} and Retry-After is asked again by the retry`,
      async (service) => {
        const scene = service.scene({ status, headers: [['Retry-After', '7']] })
        for (let run = 1; run <= 2; run += 1) {
          const answer = await scene.ask()
          expectSame(
            'status, Retry-After, marks, runs',
            [status, '7', [], run],
            [answer.status, fieldOf(answer, 'retry-after'), marksOf(answer), scene.runs],
          )
        }
      },
      { needs },
    ),
  ),
  httpCase(
    'hop',
    'second-hop',
    'through two of them it is one request with one answer, whichever is asked',
    async (service) => {
      const scene = service.scene()
      const first = await scene.ask()
      expectReplay(scene, first, await scene.ask())
      expectReplay(scene, first, await scene.ask({ to: 'behind' }))
    },
    { needs: 'second_hop' },
  ),
  httpCase(
    'hop',
    'second-hop-replays',
    'a replay of the second is no replay of the first, until the first has it',
    async (service) => {
      const scene = service.scene()
      const behind = await scene.ask({ to: 'behind' })
      const first = await scene.ask()
      expectSame('the bytes', behind.sha256, first.sha256)
      expectReplay(scene, first, await scene.ask())
    },
    { needs: 'second_hop' },
  ),
  httpCase(
    'hop',
    'second-hop-in-progress',
    'what the second refuses for now, the first asks for again',
    async (service) => {
      const scene = service.scene({ waits: 'before_head' })
      const behind = scene.ask({ to: 'behind' })
      await scene.entered()
      const early = await scene.ask()
      expectProblem(scene, 'still-in-progress', early)
      scene.open()
      const { sha256 } = await behind
      const retry = await scene.ask()
      expectSame('the retry', [200, sha256, []], [retry.status, retry.sha256, marksOf(retry)])
      expectSame('runs', 1, scene.runs)
    },
    { needs: 'second_hop', terms: { wait: 'reject' } },
  ),
]

async function seenBehind(scene: Scene, sent: Sent): Promise<WireLines> {
  const { body } = await scene.ask(sent)
  return body
    .toString()
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)])
}

function valuesOf(lines: WireLines, name: string): string[] {
  return lines.filter(([of]) => of.toLowerCase() === name).map(([, value]) => value)
}
