import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** What the side effect gives back: another one each time that it really happens. */
export interface Charge {
  readonly charge: string
  readonly process: number
}

/** One real effect. */
export interface Effect extends Charge {
  readonly tenant: string
  readonly key: string
  /** The downstream's own idempotency key; `null` where the caller has none to give. */
  readonly idempotencyKey: string | null
  /** How the attempt before this one ended, where the caller was told. */
  readonly predecessor: string | null
}

/**
 * A file in which each real effect leaves a line: what has happened, whatever any store says. The line is appended in
 * one write (`O_APPEND`) and on the disk before the effect counts as done, so that it outlives a `kill -9`.
 */
export class Ledger {
  readonly #path: string

  constructor(folder: string) {
    this.#path = join(folder, 'ledger.jsonl')
  }

  append(effect: Effect): void {
    const file = openSync(this.#path, 'a')
    try {
      writeSync(file, `${JSON.stringify(effect)}\n`)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  }

  read(): readonly Effect[] {
    return readFileSync(this.#path, { encoding: 'utf8', flag: 'a+' })
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Effect)
  }

  find(idempotencyKey: string): Effect | undefined {
    return this.read().find((effect) => effect.idempotencyKey === idempotencyKey)
  }
}
