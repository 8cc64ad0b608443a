import { expectSame, expectThat } from '../../violation.ts'
import { fieldOf, type WireLines } from '../../wire.ts'
import { expectProblem, expectReplay, marksOf } from '../expect-response.ts'
import { type HttpCase, httpCase } from '../http-case.ts'

const later: WireLines = [['Retry-After', '1']]

/** Refusals that ran nothing, whoever gives them. */
const released: readonly (readonly [status: number, headers: WireLines])[] = [
  [401, [['WWW-Authenticate', 'Bearer']]],
  [403, []],
  [408, []],
  [425, []],
  [429, []],
  [409, later],
  [423, later],
  [503, later],
]

export const verdicts: readonly HttpCase[] = [
  ...released.map(([status, headers]) =>
    httpCase(
      'verdicts',
      `released-${status}`,
      `${status}${headers === later ? ' with Retry-After' : ''} ran nothing: the next request runs`,
      async (service) => {
        const scene = service.scene({ status, headers })
        for (let run = 1; run <= 3; run += 1) {
          const answer = await scene.ask()
          expectSame('the status', status, answer.status)
          expectSame('Retry-After', headers === later ? '1' : undefined, fieldOf(answer, 'retry-after'))
          expectSame('marks', [], marksOf(answer))
          expectSame('runs', run, scene.runs)
        }
      },
    ),
  ),
  httpCase(
    'verdicts',
    'failed-at-least-once',
    '500 under at-least-once: the next request runs',
    async (service) => {
      const scene = service.scene({ status: 500 })
      for (let run = 1; run <= 2; run += 1) {
        const answer = await scene.ask()
        expectSame('status and runs', [500, run, []], [answer.status, scene.runs, marksOf(answer)])
      }
    },
    { terms: { guarantee: 'at-least-once' } },
  ),
  httpCase(
    'verdicts',
    'rejected-at-least-once',
    '422 under at-least-once is final all the same',
    async (service) => {
      const scene = service.scene({ status: 422 })
      expectReplay(scene, await scene.ask(), await scene.ask())
    },
    { terms: { guarantee: 'at-least-once' } },
  ),
  httpCase(
    'verdicts',
    'says-not-executed',
    'an attempt that says nothing ran: its caller has its answer, and the next request runs',
    async (service) => {
      const scene = service.scene({ says: 'not_executed' })
      const first = await scene.ask()
      expectSame('the first status', 200, first.status)
      const second = await scene.ask()
      expectThat(
        second.sha256 !== first.sha256 && marksOf(second).length === 0,
        'the second one ran',
        second.lines,
      )
      expectSame('the third one is a replay of the second', second.sha256, (await scene.ask()).sha256)
      expectSame('runs', 2, scene.runs)
    },
    { needs: 'attempt' },
  ),
  httpCase(
    'verdicts',
    'says-unknown',
    'an attempt that does not know its effect: its caller has its answer, and a retry is told',
    async (service) => {
      const scene = service.scene({ status: 504, says: 'unknown' })
      const first = await scene.ask()
      expectSame('the first answer', [504, scene.body], [first.status, first.body])
      expectProblem(scene, 'outcome-unknown', await scene.ask())
      expectSame('runs', 1, scene.runs)
    },
    { needs: 'attempt' },
  ),
  httpCase(
    'verdicts',
    'says-unknown-at-least-once',
    'the same under at-least-once: a retry runs again',
    async (service) => {
      const scene = service.scene({ says: 'unknown' })
      await scene.ask()
      expectSame('the status of the retry', 200, (await scene.ask()).status)
      expectSame('runs', 2, scene.runs)
    },
    { needs: 'attempt', terms: { guarantee: 'at-least-once' } },
  ),
]
