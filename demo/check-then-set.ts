import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'

const RUNNING = 'running'
const LOOK_EVERY_MS = 25

/**
 * The control, wrong on purpose: it looks whether the key is there, and if it isn't, puts it there. Each of its two
 * statements is sound; between them another caller looks too. Most idempotency code that is written by hand is this.
 */
export class CheckThenSet {
  readonly #database: DatabaseSync

  constructor(path: string) {
    this.#database = new DatabaseSync(path, { timeout: 10_000 })
    this.#database.exec(
      'PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS outcomes (key TEXT PRIMARY KEY, outcome TEXT NOT NULL)',
    )
  }

  async once<T>(
    key: string,
    run: () => Promise<T>,
    onWait: () => void,
  ): Promise<{ value: T; replayed: boolean }> {
    if ((await this.#get(key)) === undefined) {
      await this.#set(key, RUNNING)
      const value = await run()
      await this.#set(key, JSON.stringify(value))
      return { value, replayed: false }
    }
    onWait()
    for (;;) {
      const outcome = await this.#get(key)
      if (outcome !== undefined && outcome !== RUNNING) return { value: JSON.parse(outcome), replayed: true }
      await sleep(LOOK_EVERY_MS)
    }
  }

  // Asynchronous, as every client of a store is that answers over a network.
  async #get(key: string): Promise<string | undefined> {
    const row = this.#database.prepare('SELECT outcome FROM outcomes WHERE key = ?').get(key)
    return row?.outcome as string | undefined
  }

  async #set(key: string, outcome: string): Promise<void> {
    this.#database.prepare('INSERT OR REPLACE INTO outcomes VALUES (?, ?)').run(key, outcome)
  }
}
