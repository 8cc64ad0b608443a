import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { cliReference } from '../src/reference.ts'

it('the reference page says what the command says', () => {
  expect(readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8')).toBe(cliReference())
})

it('the script finds it so', async () => {
  const script = fileURLToPath(new URL('../../../scripts/cli-reference.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@counterfoil/source', script])
  expect(stdout).toBe('cli reference: docs/cli.md is up to date\n')
})
