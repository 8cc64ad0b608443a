import { expectSame } from '../../violation.ts'
import { fieldOf } from '../../wire.ts'
import { expectProblem, expectReplay } from '../expect-response.ts'
import { type HttpCase, httpCase } from '../http-case.ts'

/** draft-ietf-httpapi-idempotency-key-header-07: its example of a key, its scenarios, and its errors. */
const key = '"8e03978e-40d5-43e8-bc93-6894a57f9324"'

export const draft: readonly HttpCase[] = [
  httpCase('draft', 'draft-2.1', '§2.1: the key of its example is a String', async (service) => {
    const scene = service.scene({ status: 201 })
    expectReplay(scene, await scene.ask({ key }), await scene.ask({ key }))
  }),
  httpCase(
    'draft',
    'draft-2.6-first',
    '§2.6: a first request is processed',
    async (service) => {
      const scene = service.scene({ status: 201 })
      expectSame('the status', 201, (await scene.ask({ key })).status)
      expectSame('runs', 1, scene.runs)
    },
    { terms: { requireKey: true } },
  ),
  httpCase(
    'draft',
    'draft-2.6-retry-success',
    '§2.6: a retry after completion gets the result, a success',
    async (service) => {
      const scene = service.scene({ status: 201 })
      expectReplay(scene, await scene.ask({ key }), await scene.ask({ key }))
    },
    { terms: { requireKey: true } },
  ),
  httpCase(
    'draft',
    'draft-2.6-retry-error',
    '§2.6: a retry after completion gets the result, an error',
    async (service) => {
      const scene = service.scene({ status: 402 })
      expectReplay(scene, await scene.ask({ key }), await scene.ask({ key }))
    },
    { terms: { requireKey: true } },
  ),
  httpCase(
    'draft',
    'draft-2.7-missing',
    '§2.7: 400 where the key is missing and required',
    async (service) => {
      const scene = service.scene()
      expectProblem(scene, 'key-missing', await scene.ask({ key: null }))
      expectSame('runs', 0, scene.runs)
    },
    { terms: { requireKey: true } },
  ),
  httpCase(
    'draft',
    'draft-2.7-reuse',
    '§2.7: 422 where the key is used again with another payload',
    async (service) => {
      const scene = service.scene()
      await scene.ask({ key })
      expectProblem(scene, 'key-conflict', await scene.ask({ key, body: '{"amount":6}' }))
      expectSame('runs', 1, scene.runs)
    },
    { terms: { requireKey: true } },
  ),
  httpCase(
    'draft',
    'draft-2.7-outstanding',
    '§2.7: 409 where the request is retried while it is outstanding',
    async (service) => {
      const scene = service.scene({ waits: 'before_head' })
      const first = scene.ask({ key })
      await scene.entered()
      const retry = await scene.ask({ key })
      expectProblem(scene, 'still-in-progress', retry)
      expectSame('Retry-After is there', true, fieldOf(retry, 'retry-after') !== undefined)
      scene.open()
      await first
      expectSame('runs', 1, scene.runs)
    },
    { terms: { requireKey: true, wait: 'reject' } },
  ),
]
