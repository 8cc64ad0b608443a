import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { template } from '../../src/design/questions/template.ts'
import { run } from '../../src/run.ts'
import { testIo } from '../support/test-io.ts'
import { answersText, changed, designText } from './answers.ts'

function newFile(name: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'counterfoil-design-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

it('writes the design to stdout, and names the file alone, wherever it is', async () => {
  const io = testIo()
  expect(await run(['design', newFile('card-charge.yaml', answersText('card-charge'))], io)).toBe(0)
  expect(io.out()).toBe(designText('card-charge'))
  expect(io.err()).toBe('')
})

it('writes it into a file where one is named', async () => {
  const [io, file] = [testIo(), newFile('card-charge.yaml', answersText('card-charge'))]
  const out = join(file, '../design.md')
  expect(await run(['design', file, '--out', out], io)).toBe(0)
  expect(readFileSync(out, 'utf8')).toBe(designText('card-charge'))
  expect(io.out()).toBe('')
})

it('prints a file to fill in', async () => {
  const io = testIo()
  expect(await run(['design', '--print-questions'], io)).toBe(0)
  expect(io.out()).toBe(template())
})

it.each([
  [
    1,
    { 'store.eviction': 'volatile-lru' },
    /answers\.yaml:\d+: store\.eviction: the server evicts .* \[redis-evicts\]\n {2}Set /,
  ],
  [2, { 'store.hosts': 'some' }, /answers\.yaml:\d+: store\.hosts can't be 'some': give one or many\.\n/],
])('ends with %i, the reasons on stderr and no design', async (code, changes, says) => {
  const io = testIo()
  expect(await run(['design', newFile('answers.yaml', changed('queue-job', changes))], io)).toBe(code)
  expect(io.err()).toMatch(says)
  expect(io.out()).toBe('')
})

it('says in a sentence what it cannot read or write', async () => {
  const io = testIo()
  expect(await run(['design', '/nowhere/answers.yaml'], io)).toBe(2)
  expect(
    await run(['design', newFile('a.yaml', answersText('email-send')), '--out', '/nowhere/a.md'], io),
  ).toBe(69)
  expect(io.err().trim().split('\n')).toEqual([
    expect.stringMatching(/^counterfoil: The answers can't be read: ENOENT: .*\.$/),
    expect.stringMatching(/^counterfoil: \/nowhere\/a\.md can't be written: ENOENT: .*\.$/),
  ])
})

it('shows no control character of a file’s', async () => {
  const io = testIo()
  await run(['design', newFile('a.yaml', changed('email-send', { 'operation.name': 'a\u001b[31mb' }))], io)
  expect(io.err()).toContain('\\u{1b}')
})
