import type { Row } from './perform.ts'
import type { Screen, Style } from './screen.ts'
import { counted, effectsRemark, gotText } from './tally.ts'

/** How a scenario ended, below its story. */
export function tellEnd({ faults, notShown, isControl, tally, seconds }: Row, screen: Screen): void {
  const effects = `${counted(tally.effects, 'effect')} in the ledger${effectsRemark(tally)}`
  const said = `${effects}; callers got: ${gotText(tally)}  ${seconds.toFixed(1)} s`
  if (notShown !== null) screen.step(`- not shown: ${notShown}`, 'yellow')
  else if (faults.length > 0) screen.step(`✗ ${said}`, 'red')
  else if (isControl) screen.step(`! ${said}`, 'yellow')
  else screen.step(`✓ ${said}`, 'green')
  for (const fault of faults) screen.step(`✗ ${fault}`, 'red')
  screen.line('')
}

export function tellTable(rows: readonly Row[], screen: Screen): void {
  const head = ['', 'scenario', 'calls', 'effects in the ledger', 'what callers got']
  const lines = [head, ...rows.map(cellsOf)]
  const widths = head.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)))
  for (const cells of lines) {
    const text = cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')
    screen.line(text.trimEnd(), cells === head ? 'bold' : styles.get(cells[0]))
  }
  screen.line('')
}

/** Which counts are wrong, if any. */
export function tellSum(rows: readonly Row[], seconds: number, screen: Screen): void {
  const faults = rows.flatMap((row) => row.faults.map((fault) => `${row.scenario}: ${fault}`))
  for (const fault of faults) screen.line(`✗ ${fault}`, 'red')
  const took = `${seconds.toFixed(1)} s`
  if (faults.length === 0) screen.line(`✓ Every count is as it must be, in ${took}.`, 'green')
  else screen.line(`✗ ${counted(faults.length, 'finding')} where none must be, in ${took}.`, 'red')
}

const styles: ReadonlyMap<string | undefined, Style> = new Map([
  ['✗', 'red'],
  ['!', 'yellow'],
  ['-', 'dim'],
])

function cellsOf({ scenario, isControl, tally, faults, notShown }: Row): readonly string[] {
  if (notShown !== null) return ['-', scenario, '-', '-', `not shown: ${notShown}`]
  const mark = faults.length > 0 ? '✗' : isControl ? '!' : '✓'
  return [mark, scenario, String(tally.calls), `${tally.effects}${effectsRemark(tally)}`, gotText(tally)]
}
