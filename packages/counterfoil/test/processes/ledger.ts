import { appendFileSync, readFileSync } from 'node:fs'

/** Each effect is a line, written by whoever has it, in whatever process: the file is what counts. */
export function enter(ledger: string, key: string): void {
  appendFileSync(ledger, `${JSON.stringify(key)}\n`, { flag: 'a' })
}

export function effectsOf(ledger: string, key: string): number {
  return allEffects(ledger).filter((entry) => entry === key).length
}

/** The key of each effect, in the order in which they happened. */
export function allEffects(ledger: string): readonly string[] {
  return readFileSync(ledger, { encoding: 'utf8', flag: 'a+' })
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}
