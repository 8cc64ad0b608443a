import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { kept } from './answers.ts'

const root = join(import.meta.dirname, '../../../..')
const page = readFileSync(join(root, 'docs/design.md'), 'utf8')

it('the minute to first use prints what the page says that it prints', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'counterfoil-design-page-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const npx = join(folder, 'npx')
  const main = join(root, 'packages/cli/src/main.ts')
  const program = `shift\nexec '${process.execPath}' --conditions=@counterfoil/source '${main}' "$@"`
  writeFileSync(npx, `#!/bin/sh\n${program}\n`, { mode: 0o755 })
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` }
  const samples = [...page.matchAll(/^```sh\n(.*?)^```\n\n^```text\n(.*?)^```/gms)]
  expect(samples.length).toBe(2)
  for (const [, commands = '', says] of samples) {
    const run = promisify(execFile)('sh', ['-c', commands], { cwd: folder, env })
    const { stdout, stderr } = await run.catch((error: { stdout: string; stderr: string }) => error)
    expect(stdout + stderr).toBe(says)
  }
})

it('the page names every design that is kept', () => {
  for (const name of kept) expect(page).toContain(`(designs/${name}.md)`)
})
