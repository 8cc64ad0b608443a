/**
 * Keeps the designs of `docs/designs` in step with what `counterfoil design` writes from the answers beside them. Fails when one
 * is stale; `--update` writes them.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { designOf } from '../packages/cli/src/design/design-of.ts'

const folder = join(import.meta.dirname, '../docs/designs')
let stale = 0

for (const name of readdirSync(folder).filter((name) => name.endsWith('.yaml'))) {
  const made = await designOf(readFileSync(join(folder, name), 'utf8'), name)
  const page = name.replace(/yaml$/, 'md')
  if (made.kind === 'refused') {
    stale += 1
    console.error(made.lines.join('\n'))
  } else if (process.argv.includes('--update')) {
    writeFileSync(join(folder, page), made.document)
    console.log(`designs: wrote docs/designs/${page}`)
  } else if (existing(page) !== made.document) {
    stale += 1
    console.error(`designs: docs/designs/${page} is not what its answers say; npm run designs -- --update`)
  } else console.log(`designs: docs/designs/${page} is up to date`)
}

if (stale > 0) process.exitCode = 1

function existing(page: string): string | undefined {
  try {
    return readFileSync(join(folder, page), 'utf8')
  } catch {
    return undefined
  }
}
