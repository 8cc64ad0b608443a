import { mkdtempSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { perform, type Row } from './perform.ts'
import { placeOf } from './place.ts'
import { tellEnd, tellSum, tellTable } from './report.ts'
import { scenarios } from './scenarios/index.ts'
import { Screen } from './screen.ts'
import { gotText } from './tally.ts'
import { killAll } from './watched-process.ts'

// `npm run demo`: real processes on one store, and a ledger in which each real effect leaves a line.
// `-- --store postgres://… | redis://…` takes another store than a SQLite file.
// `-- --json` prints the table as JSON on standard output; the story then goes to standard error.

const { values: options } = parseArgs({
  options: { json: { type: 'boolean', default: false }, store: { type: 'string' } },
})
if (options.store?.startsWith('memory:')) {
  process.stderr.write(
    "A store in memory can't be shared by processes: name a SQLite file, PostgreSQL or Redis.\n",
  )
  process.exit(64)
}
const screen = new Screen(options.json ? process.stderr : process.stdout)

const folder = mkdtempSync(join(tmpdir(), 'counterfoil-demo-'))
process.on('exit', () => {
  killAll()
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => process.exit(128 + constants.signals[signal]))
}

const place = placeOf(options.store, folder)
screen.line(`Counterfoil: worker processes share their receipts in ${place.store}, and one ledger`, 'bold')
screen.line('in which each real effect leaves a line. The ledger is what counts. Then the same over HTTP:')
screen.line('a charges API that knows nothing of it, and counterfoil gateway in front.')
screen.line('')

const rows: Row[] = []
for (const [at, scenario] of scenarios.entries()) {
  screen.line(`${at + 1}. ${scenario.headline}`, 'bold')
  const row = await perform(scenario, place, screen)
  tellEnd(row, screen)
  rows.push(row)
}

const seconds = performance.now() / 1000
const passed = rows.every(({ faults }) => faults.length === 0)
tellTable(rows, screen)
tellSum(rows, seconds, screen)
if (options.json) {
  const table = rows.map(({ tally, ...row }) => ({ ...row, ...tally, callersGot: gotText(tally) }))
  process.stdout.write(`${JSON.stringify({ passed, seconds, scenarios: table }, null, 2)}\n`)
}
process.exitCode = passed ? 0 : 1
