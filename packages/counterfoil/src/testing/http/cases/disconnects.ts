import { expectSame } from '../../violation.ts'
import { marksOf } from '../expect-response.ts'
import { type HttpCase, httpCase } from '../http-case.ts'
import { pieces, type Script } from '../script.ts'
import { requestHead } from '../sent.ts'

const left: readonly (readonly [id: string, name: string, script: Partial<Script>])[] = [
  ['answer', 'an answer', { body: pieces('pa', 'id') }],
  ['no-content', 'an answer without a body', { status: 204, body: pieces('') }],
  ['pieces', 'an answer in pieces', { by: 'pieces', body: pieces('pa', 'id') }],
  ['stream', 'a stream', { by: 'stream', body: pieces('pa', 'id') }],
  ['file', 'a file', { by: 'file', body: { of: 'file' } }],
]

export const disconnects: readonly HttpCase[] = [
  ...left.map(([id, name, script]) =>
    httpCase(
      'disconnects',
      `left-${id}`,
      `a caller who leaves does not stop its attempt, and the retry gets its outcome: ${name}`,
      async (service) => {
        const scene = service.scene({ ...script, waits: 'before_head' })
        const caller = await scene.begin()
        await scene.entered()
        caller.leave()
        await scene.arrived()
        // The retry waits for the attempt that is under way: nothing else can answer it.
        const retry = scene.ask()
        scene.open()
        const { status, body } = await retry
        expectSame('the retry', [scene.script.status, scene.body], [status, body])
        expectSame('marks', ['true'], marksOf(await scene.ask()))
        expectSame('runs', 1, scene.runs)
      },
    ),
  ),
  httpCase(
    'disconnects',
    'left-midway',
    'a caller who leaves in the middle of an answer: the retry gets it whole',
    async (service) => {
      const scene = service.scene({ waits: 'after_first_piece', by: 'stream', body: pieces('pa', 'id') })
      const caller = await scene.begin()
      await scene.entered()
      caller.leave()
      await scene.arrived()
      const retry = scene.ask()
      scene.open()
      expectSame('the body of the retry', 'paid', (await retry).body.toString())
      expectSame('runs', 1, scene.runs)
    },
  ),
  httpCase(
    'disconnects',
    'left-before-body',
    'a caller who leaves before its body is whole: nothing ran, and the retry runs',
    async (service) => {
      const scene = service.scene()
      const caller = await scene.connect()
      caller.write(`${requestHead(scene.script, scene.key, {}, 21)}{"amount":5`)
      caller.leave()
      await scene.arrived()
      const retry = await scene.ask()
      expectSame('the retry', [200, []], [retry.status, marksOf(retry)])
      expectSame('runs', 1, scene.runs)
    },
  ),
]
