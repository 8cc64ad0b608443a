/** Draws the table of what `prove http` puts to the test into docs/prove.md. Fails when it is stale; `--update` writes it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type HttpScenario, httpScenarios } from 'counterfoil/testing'

const page = join(import.meta.dirname, '../docs/prove.md')
const [opening, closing] = ['<!-- scenarios -->', '<!-- /scenarios -->']

const flags: Readonly<Record<HttpScenario['needs'][number], string>> = {
  as: '--as',
  kill: '--kill-cmd',
  limited: '--limited-header',
  refused: '--refused-header',
  restart: '--restart-cmd',
  secondUrl: '--second-url',
}

const rounds = { race: 'all', plain: '3 at most', slow: 'one', slow_race: '3 at most' } as const

const text = readFileSync(page, 'utf8')
const drawn = [
  text.slice(0, text.indexOf(opening) + opening.length),
  '| scenario | what is promised | needs | rounds |',
  '| --- | --- | --- | --- |',
  ...httpScenarios.map(row),
  text.slice(text.indexOf(closing)),
].join('\n')

if (process.argv.includes('--update')) writeFileSync(page, drawn)
else if (drawn === text) console.log('prove scenarios: docs/prove.md is up to date')
else {
  console.error('docs/prove.md: the table is not what the scenarios say; npm run prove-scenarios -- --update')
  process.exitCode = 1
}

function row({ id, title, needs, kind }: HttpScenario): string {
  const given = needs.map((need) => `\`${flags[need]}\``)
  return `| \`${id}\` | ${title.replaceAll('|', '\\|')} | ${given.join(', ')} | ${rounds[kind]} |`
}
