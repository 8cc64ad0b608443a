/**
 * Keeps `docs/cli.md` in step with the command's own definitions: the same words as `--help`. Fails when the page is
 * stale; `--update` writes it.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cliReference } from '../packages/cli/src/reference.ts'

const page = join(import.meta.dirname, '../docs/cli.md')
const wanted = cliReference()

if (process.argv.includes('--update')) {
  writeFileSync(page, wanted)
  console.log('cli reference: wrote docs/cli.md')
} else if (readFileSync(page, 'utf8') === wanted) {
  console.log('cli reference: docs/cli.md is up to date')
} else {
  console.error(
    'cli reference: the command changed and docs/cli.md did not: npm run cli-reference -- --update',
  )
  process.exitCode = 1
}
