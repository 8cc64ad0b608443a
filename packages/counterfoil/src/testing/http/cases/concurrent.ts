import { expectSame, expectThat } from '../../violation.ts'
import { fieldOf } from '../../wire.ts'
import { expectProblem, expectReplay, marksOf } from '../expect-response.ts'
import { type HttpCase, httpCase } from '../http-case.ts'

const AT_ONCE = 10

export const concurrent: readonly HttpCase[] = [
  httpCase(
    'concurrent',
    'many-at-once',
    'many at once on connections of their own: one effect, equal bytes',
    async (service) => {
      const scene = service.scene({ waits: 'before_head' })
      const callers = await Promise.all(Array.from({ length: AT_ONCE }, () => scene.begin()))
      await scene.entered()
      await scene.arrived()
      scene.open()
      const answers = await Promise.all(callers.map((wire) => wire.response()))
      expectSame('different bodies', 1, new Set(answers.map(({ sha256 }) => sha256)).size)
      expectSame('statuses', [200], [...new Set(answers.map(({ status }) => status))])
      expectSame(
        'marked as replayed',
        AT_ONCE - 1,
        answers.filter((answer) => marksOf(answer)[0] === 'true').length,
      )
      expectSame('runs', 1, scene.runs)
    },
  ),
  httpCase(
    'concurrent',
    'many-keys-at-once',
    'requests of other keys do not wait for each other',
    async (service) => {
      const scene = service.scene({ waits: 'before_head' })
      const asked = ['one', 'two', 'three'].map((key) => scene.ask({ key }))
      await scene.entered(3)
      scene.open()
      expectSame(
        'statuses',
        [200, 200, 200],
        (await Promise.all(asked)).map(({ status }) => status),
      )
    },
  ),
  httpCase(
    'concurrent',
    'many-refused-at-once',
    'who waited on a refusal that ran nothing gets that refusal',
    async (service) => {
      const scene = service.scene({ status: 429, waits: 'before_head' })
      const first = scene.ask()
      await scene.entered()
      const waiting = await Promise.all(Array.from({ length: 5 }, () => scene.begin()))
      await scene.arrived()
      scene.open()
      for (const { status } of await Promise.all([first, ...waiting.map((wire) => wire.response())])) {
        expectSame('the status', 429, status)
      }
      expectThat(scene.runs <= waiting.length, 'they do not run one after the other', scene.runs)
    },
  ),
  httpCase(
    'concurrent',
    'rejected-at-once',
    'a retry that may not wait is refused while the first one runs, and told when to come back',
    async (service) => {
      const scene = service.scene({ waits: 'before_head' })
      const first = scene.ask()
      await scene.entered()
      const early = await scene.ask()
      expectProblem(scene, 'still-in-progress', early)
      const after = Number(fieldOf(early, 'retry-after'))
      expectThat(
        Number.isInteger(after) && after >= 1 && after <= 60,
        'Retry-After is in whole seconds',
        early.lines,
      )
      scene.open()
      expectReplay(scene, await first, await scene.ask())
    },
    { terms: { wait: 'reject' } },
  ),
  httpCase(
    'concurrent',
    'conflict-in-flight',
    'another request under the key is refused while the first one runs',
    async (service) => {
      const scene = service.scene({ waits: 'before_head' })
      const first = scene.ask()
      await scene.entered()
      expectProblem(scene, 'key-conflict', await scene.ask({ body: '{"amount":6}' }))
      scene.open()
      expectSame('the first status', 200, (await first).status)
    },
  ),
  httpCase('concurrent', 'waiter-leaves', 'who waits and leaves disturbs nobody', async (service) => {
    const scene = service.scene({ waits: 'before_head' })
    const first = scene.ask()
    await scene.entered()
    const other = await scene.begin()
    await scene.arrived()
    other.leave()
    await scene.arrived()
    scene.open()
    expectReplay(scene, await first, await scene.ask())
  }),
  httpCase('concurrent', 'keep-alive', 'a request and its retries on one connection', async (service) => {
    const scene = service.scene({ by: 'pieces', body: { of: 'random', sizes: [10, 20] } })
    const wire = await scene.begin()
    const first = await wire.response()
    for (let time = 0; time < 3; time += 1) {
      wire.write(scene.bytes())
      expectReplay(scene, first, await wire.response())
    }
  }),
  httpCase(
    'concurrent',
    'pipelined',
    'a request, its retry and another one, sent without waiting for an answer',
    async (service) => {
      const [scene, other] = [service.scene(), service.scene({ status: 201 })]
      const wire = await scene.connect()
      wire.write(Buffer.concat([scene.bytes(), scene.bytes(), other.bytes()]))
      expectReplay(scene, await wire.response(), await wire.response())
      expectSame('the other status', 201, (await wire.response()).status)
      expectSame('runs of the other', 1, other.runs)
    },
  ),
]
