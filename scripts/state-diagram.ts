/** Draws the transition table into ARCHITECTURE.md. Fails when it is stale; `-- --update` writes it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stateDiagram } from 'counterfoil'

const page = join(import.meta.dirname, '../ARCHITECTURE.md')
const [opening, closing] = ['<!-- transitions -->', '<!-- /transitions -->']

const text = readFileSync(page, 'utf8')
const drawn = [
  text.slice(0, text.indexOf(opening) + opening.length),
  '```mermaid',
  stateDiagram(),
  '```',
  text.slice(text.indexOf(closing)),
].join('\n')

if (process.argv.includes('--update')) writeFileSync(page, drawn)
else if (drawn !== text) {
  console.error(
    'ARCHITECTURE.md: the diagram is not what the transition table says; npm run diagram -- --update',
  )
  process.exitCode = 1
}
