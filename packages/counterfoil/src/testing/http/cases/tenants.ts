import { expectSame, expectThat } from '../../violation.ts'
import { expectProblem, expectReplay, marksOf, secretOutcome } from '../expect-response.ts'
import { type HttpCase, httpCase } from '../http-case.ts'
import type { Sent } from '../sent.ts'

const as = (name: string, value: string): Sent => ({ lines: [[name, value]] })

const credentials: readonly (readonly [id: string, name: string, first: Sent, other: Sent])[] = [
  [
    'authorization',
    'another Authorization',
    as('Authorization', 'Bearer one'),
    as('Authorization', 'Bearer two'),
  ],
  ['api-key', 'another X-API-Key', as('X-API-Key', 'one'), as('X-API-Key', 'two')],
  ['cookie', 'another Cookie', as('Cookie', 'session=one'), as('Cookie', 'session=two')],
  ['none', 'none', as('Authorization', 'Bearer one'), {}],
]

export const tenants: readonly HttpCase[] = [
  httpCase('tenants', 'tenants-apart', 'a key of one tenant is nothing to another', async (service) => {
    const scene = service.scene()
    const one = await scene.ask({ tenant: 'one' })
    const two = await scene.ask({ tenant: 'two' })
    expectThat(
      one.sha256 !== two.sha256 && marksOf(two).length === 0,
      'each has an outcome of its own',
      two.lines,
    )
    expectSame('the retry of the first', one.sha256, (await scene.ask({ tenant: 'one' })).sha256)
    expectSame('the retry of the second', two.sha256, (await scene.ask({ tenant: 'two' })).sha256)
    expectSame('runs', 2, scene.runs)
  }),
  ...credentials.map(([id, name, first, other]) =>
    httpCase(
      'tenants',
      `credentials-${id}`,
      `of one tenant only, a retry with other credentials is refused: ${name}`,
      async (service) => {
        const scene = service.scene(secretOutcome)
        const answer = await scene.ask(first)
        expectProblem(scene, 'other-credentials', await scene.ask(other))
        expectReplay(scene, answer, await scene.ask(first))
      },
      { terms: { tenants: 'one' } },
    ),
  ),
  httpCase(
    'tenants',
    'replay-refused',
    'a caller who may not see the outcome is refused, and nothing runs',
    async (service) => {
      const scene = service.scene(secretOutcome)
      const first = await scene.ask()
      expectProblem(scene, 'replay-forbidden', await scene.ask())
      expectReplay(scene, first, await scene.ask(as('X-May', 'yes')))
    },
    { terms: { tenants: 'one', mayReplay: 'with_x_may' } },
  ),
]
