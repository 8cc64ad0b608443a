/** Draws the transition table into ARCHITECTURE.md. Fails when it is stale; `-- --update` writes it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { transitions } from 'counterfoil'

const page = join(import.meta.dirname, '../ARCHITECTURE.md')
const [opening, closing] = ['<!-- transitions -->', '<!-- /transitions -->']

const text = readFileSync(page, 'utf8')
const drawn = [
  text.slice(0, text.indexOf(opening) + opening.length),
  '```mermaid',
  diagram(),
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

/** One arrow for each pair of places, with all who move a receipt along it; what is absent is the start and the end. */
function diagram(): string {
  const arrows = new Map<string, Set<string>>()
  for (const { from, to, by } of transitions) {
    const arrow = `${place(from)} --> ${place(to)}`
    arrows.set(arrow, (arrows.get(arrow) ?? new Set()).add(by))
  }
  const lines = [...arrows].map(([arrow, movers]) => `  ${arrow}: ${[...movers].join(', ')}`)
  return ['stateDiagram-v2', ...lines].join('\n')
}

function place(name: string): string {
  return name === 'absent' ? '[*]' : name
}
