/**
 * Keeps `docs/http-conformance.md` in step with the suite and with what each service declares. Fails when the page is stale;
 * `--update` writes it.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { httpConformancePage } from '../test-support/http-conformance-page.ts'

const page = join(import.meta.dirname, '../docs/http-conformance.md')
const wanted = httpConformancePage()

if (process.argv.includes('--update')) {
  writeFileSync(page, wanted)
  console.log('http conformance: wrote docs/http-conformance.md')
} else if (readFileSync(page, 'utf8') === wanted) {
  console.log('http conformance: docs/http-conformance.md is up to date')
} else {
  console.error(
    'http conformance: the suite changed and docs/http-conformance.md did not: npm run conformance -- --update',
  )
  process.exitCode = 1
}
