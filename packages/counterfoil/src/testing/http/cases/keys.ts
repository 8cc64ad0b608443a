import { expectSame } from '../../violation.ts'
import { expectProblem, expectReplay, marksOf } from '../expect-response.ts'
import { type HttpCase, httpCase } from '../http-case.ts'
import type { Sent } from '../sent.ts'

/** Spellings of one key. */
const same: readonly (readonly [id: string, name: string, first: string, retry: string])[] = [
  ['quoted-and-bare', 'as a String and bare', '"8e03978e-40d5"', '8e03978e-40d5'],
  ['escaped-and-bare', 'with an escaped quote and bare', '"a\\"b\\\\c"', 'a"b\\c'],
  ['blanks-around', 'with blanks around it', 'spaced', '  \tspaced \t'],
  ['longest', 'of 255 characters', `"${'k'.repeat(255)}"`, 'k'.repeat(255)],
  ['visible', 'of signs', "!#$%&'()*+,-./:;<=>?@[]^_`{|}~", "!#$%&'()*+,-./:;<=>?@[]^_`{|}~"],
]

const malformed: readonly (readonly [id: string, name: string, sent: Sent])[] = [
  ['empty', 'empty', { key: '' }],
  ['empty-string', 'an empty String', { key: '""' }],
  ['over-long', 'of 256 characters', { key: 'k'.repeat(256) }],
  ['open-string', 'a String that is not closed', { key: '"open' }],
  ['parameters', 'a String with parameters', { key: '"a";v=1' }],
  ['blank-inside', 'two words', { key: 'two words' }],
  ['tab-inside', 'with a TAB', { key: 'two\twords' }],
  ['latin1', 'beyond ASCII, as Latin-1', { key: 'caf\u00e9' }],
  ['utf-8', 'beyond ASCII, as UTF-8', { key: Buffer.from('schlüssel').toString('latin1') }],
  ['two-lines', 'in two field lines', { key: 'one', lines: [['Idempotency-Key', 'two']] }],
  ['two-equal-lines', 'in two equal field lines', { key: 'one', lines: [['idempotency-key', 'one']] }],
]

export const keys: readonly HttpCase[] = [
  ...same.map(([id, name, first, retry]) =>
    httpCase('keys', `key-${id}`, `is one key: ${name}`, async (service) => {
      const scene = service.scene()
      expectReplay(scene, await scene.ask({ key: first }), await scene.ask({ key: retry }))
    }),
  ),
  ...malformed.map(([id, name, sent]) =>
    httpCase('keys', `key-${id}`, `is refused, and nothing runs: a key ${name}`, async (service) => {
      const scene = service.scene()
      expectProblem(scene, 'key-invalid', await scene.ask(sent))
      expectSame('runs', 0, scene.runs)
    }),
  ),
  httpCase('keys', 'key-case', 'keys of other letters are other keys', async (service) => {
    const scene = service.scene()
    for (const key of ['Key', 'key', 'KEY']) expectSame('marks', [], marksOf(await scene.ask({ key })))
    expectSame('runs', 3, scene.runs)
  }),
  httpCase('keys', 'key-field-name', "the field's name may be spelt in any letters", async (service) => {
    const scene = service.scene()
    const named = (name: string): Sent => ({ key: null, lines: [[name, 'k']] })
    expectReplay(scene, await scene.ask(named('IDEMPOTENCY-KEY')), await scene.ask(named('idempotency-key')))
  }),
  httpCase('keys', 'key-none', 'without a key each request runs', async (service) => {
    const scene = service.scene()
    for (let run = 1; run <= 2; run += 1) {
      expectSame('the status', 200, (await scene.ask({ key: null })).status)
      expectSame('runs', run, scene.runs)
    }
  }),
  httpCase(
    'keys',
    'key-connection',
    'a Connection field that names the key does not make it lost',
    async (service) => {
      const scene = service.scene()
      const lines = [['Connection', 'Idempotency-Key, X-Tenant, Content-Length']] as const
      expectReplay(scene, await scene.ask({ lines }), await scene.ask({ lines }))
    },
  ),
  httpCase(
    'keys',
    'key-blank-before-colon',
    'a field name with a blank is no key that is overlooked: nothing runs',
    async (service) => {
      const scene = service.scene()
      const answer = await scene.ask({ key: null, lines: [['Idempotency-Key ', 'hidden']] })
      expectSame('status and runs', [400, 0], [answer.status, scene.runs])
    },
  ),
]
