import { gzipSync } from 'node:zlib'
import { expectSame } from '../../violation.ts'
import { expectProblem, expectReplayed, marksOf, secretOutcome } from '../expect-response.ts'
import { type HttpCase, httpCase } from '../http-case.ts'
import type { Sent } from '../sent.ts'

const request = { terms: { maxRequestBytes: 1000 } }
const outcome = { terms: { maxOutcomeBytes: 1000 } }

const tooLarge: readonly (readonly [id: string, name: string, sent: Sent])[] = [
  ['request', 'larger than is read', { type: 'text/plain', body: 'x'.repeat(1001) }],
  [
    'chunked-request',
    'larger than is read, in chunks',
    { type: 'text/plain', body: 'x'.repeat(1001), framing: 'chunked' },
  ],
  [
    'inflated-request',
    'larger than is read once it is inflated',
    { body: gzipSync(`{"a":"${'x'.repeat(50_000)}"}`), lines: [['Content-Encoding', 'gzip']] },
  ],
]

export const limits: readonly HttpCase[] = [
  ...tooLarge.map(([id, name, sent]) =>
    httpCase(
      'limits',
      `too-large-${id}`,
      `is refused, and nothing runs: a body ${name}`,
      async (service) => {
        const scene = service.scene()
        expectProblem(scene, 'body-too-large', await scene.ask(sent))
        expectSame('runs', 0, scene.runs)
      },
      request,
    ),
  ),
  httpCase(
    'limits',
    'largest-request',
    'a body of just the bytes that are read runs',
    async (service) => {
      const scene = service.scene()
      expectSame('the status', 200, (await scene.ask({ type: 'text/plain', body: 'x'.repeat(1000) })).status)
    },
    request,
  ),
  httpCase(
    'limits',
    'too-large-without-key',
    'a body without a key may be larger than is read',
    async (service) => {
      const scene = service.scene()
      expectSame(
        'the status',
        200,
        (await scene.ask({ key: null, type: 'text/plain', body: 'x'.repeat(1001) })).status,
      )
    },
    request,
  ),
  httpCase(
    'limits',
    'largest-outcome',
    'an answer of just the bytes that are kept comes back',
    async (service) => {
      await expectReplayed(service.scene({ body: { of: 'random', sizes: [1000] } }))
    },
    outcome,
  ),
  ...(['buffer', 'pieces', 'stream'] as const).map((by) =>
    httpCase(
      'limits',
      `too-large-outcome-${by}`,
      `an answer larger than is kept reaches its caller whole; a retry is told, and nothing runs again: ${by}`,
      async (service) => {
        const scene = service.scene({ by, body: { of: 'random', sizes: [900, 900, 900] } })
        const first = await scene.ask()
        expectSame('the first answer', [200, scene.body], [first.status, first.body])
        expectProblem(scene, 'outcome-not-kept', await scene.ask())
        expectSame('runs', 1, scene.runs)
      },
      outcome,
    ),
  ),
  httpCase(
    'limits',
    'too-large-refusal',
    'a refusal larger than is kept reaches its caller whole; a retry is told so, and nothing runs again',
    async (service) => {
      const scene = service.scene({ status: 422, body: { of: 'random', sizes: [1001] } })
      const first = await scene.ask()
      expectSame('the first answer', [422, scene.body], [first.status, first.body])
      const retry = await scene.ask()
      expectProblem(scene, 'outcome-not-kept', retry)
      expectSame('runs', 1, scene.runs)
    },
    outcome,
  ),
  httpCase(
    'limits',
    'event-stream',
    'a keyed event stream goes out as it comes; a retry is told that it was not kept',
    async (service) => {
      const scene = service.scene({
        headers: [['Content-Type', 'text/event-stream']],
        by: 'stream',
        waits: 'after_first_piece',
        body: { of: 'random', sizes: [20, 20, 20, 20] },
      })
      const caller = await scene.begin()
      expectSame('the status before its end', 200, (await caller.head()).status)
      await caller.some()
      caller.leave()
      await scene.arrived()
      scene.open()
      expectProblem(scene, 'outcome-not-kept', await scene.ask())
      expectSame('runs', 1, scene.runs)
    },
  ),
  httpCase(
    'limits',
    'store-full',
    'a store without room: 503, and nothing runs; what it has is replayed',
    async (service) => {
      const scene = service.scene()
      await scene.ask()
      expectProblem(scene, 'store-full', await scene.ask({ key: 'another' }))
      expectSame('the status of a retry', 200, (await scene.ask()).status)
      expectSame('runs', 1, scene.runs)
    },
    { terms: { maxReceipts: 1 } },
  ),
  httpCase(
    'limits',
    'outcome-expired',
    'an outcome past its ttl is told to have expired, and nothing runs again',
    async (service) => {
      const scene = service.scene(secretOutcome)
      await scene.ask()
      let retry = await scene.ask()
      while (marksOf(retry)[0] === 'true') retry = await scene.ask()
      expectProblem(scene, 'outcome-expired', retry)
      expectSame('runs', 1, scene.runs)
    },
    { terms: { ttl: '1ms' } },
  ),
]
