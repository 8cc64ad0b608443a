import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { newFolder } from '../world.ts'
import { startedIn } from './prove-store.ts'

const page = readFileSync(join(import.meta.dirname, '../../../../../docs/prove-store.md'), 'utf8')

it('the minute to first use finds what the page says that it finds', async () => {
  const command = /^```sh\n(.*?)^```/ms.exec(page)?.[1] ?? ''
  const said = /^```text\n(.*?)^```/ms.exec(page)?.[1]
  const { out, code } = await startedIn(newFolder(), command)
  expect(`${out.split('\n').filter(isVerdict).join('\n')}\n`).toBe(said)
  expect(code).toBe(0)
})

function isVerdict(line: string): boolean {
  return /^[✓✗?] /.test(line)
}
