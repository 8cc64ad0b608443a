import { expectSame, expectThat } from '../../violation.ts'
import type { WireResponse } from '../../wire.ts'
import { marksOf } from '../expect-response.ts'
import { type HttpCase, httpCase } from '../http-case.ts'
import type { Scene } from '../scene.ts'
import type { Script } from '../script.ts'

type Failing = readonly [id: string, name: string, script: Partial<Script>]

const sizes = [1000, 1000]
const failing: readonly Failing[] = [
  ['throws', 'throws before its head', { ends: 'throws' }],
  [
    'throws-midway',
    'throws after its head and a piece',
    { ends: 'throws_midway', by: 'pieces', body: { of: 'random', sizes } },
  ],
  [
    'breaks-off',
    'breaks its response off',
    { ends: 'breaks_off', by: 'pieces', body: { of: 'random', sizes } },
  ],
  [
    'stream-breaks',
    'gives a stream that breaks midway',
    { ends: 'breaks_off', by: 'stream', body: { of: 'random', sizes } },
  ],
]

export const failures: readonly HttpCase[] = [
  ...failing.map(([id, name, script]) =>
    httpCase(
      'failures',
      `failure-${id}`,
      `a handler that ${name} has failed: no caller gets a success or anything of it`,
      async (service) => {
        const scene = service.scene(script)
        expectFailure(scene, await scene.ask().catch(() => 'broken off'))
        expectFailure(scene, await scene.ask())
        expectSame('runs', 1, scene.runs)
      },
    ),
  ),
  httpCase(
    'failures',
    'failure-replayed',
    'a failure is stored under at-most-once: its caller and every retry get the same 500',
    async (service) => {
      const scene = service.scene({ ends: 'throws' })
      const first = await scene.ask()
      const retry = await scene.ask()
      expectSame('statuses', [500, 500], [first.status, retry.status])
      expectSame('bytes', first.sha256, retry.sha256)
      expectSame('marks', [[], ['true']], [marksOf(first), marksOf(retry)])
    },
  ),
  httpCase(
    'failures',
    'failure-at-least-once',
    'a failure under at-least-once: the next request runs',
    async (service) => {
      const scene = service.scene({ ends: 'throws' })
      for (let run = 1; run <= 2; run += 1) {
        expectThat((await scene.ask()).status >= 500, 'it fails')
        expectSame('runs', run, scene.runs)
      }
    },
    { terms: { guarantee: 'at-least-once' } },
  ),
  httpCase(
    'failures',
    'failure-past-the-limit',
    'a stream that breaks after it began to go out breaks for its caller, and is no success for a retry',
    async (service) => {
      const scene = service.scene({
        ends: 'breaks_off',
        by: 'stream',
        body: { of: 'random', sizes: [3000, 3000] },
      })
      const first = await scene.ask().catch(() => 'broken off')
      expectThat(first === 'broken off', 'the first answer breaks off', first)
      expectFailure(scene, await scene.ask())
      expectSame('runs', 1, scene.runs)
    },
    { terms: { maxOutcomeBytes: 2000 } },
  ),
]

function expectFailure(scene: Scene, answer: WireResponse | string): void {
  if (typeof answer === 'string') return
  expectThat(answer.status >= 400, 'the answer is no success', answer.statusLine)
  const text = answer.body.toString('latin1')
  expectThat(!text.includes('secret detail'), 'it tells nothing of the error', text)
  const begun = scene.body.toString('latin1', 0, 60)
  expectThat(!text.includes(begun), 'it has nothing of what was begun', text)
}
