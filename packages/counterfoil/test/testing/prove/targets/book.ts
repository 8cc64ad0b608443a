import { DatabaseSync } from 'node:sqlite'
import type { Answer } from './charge.ts'

export interface Asked {
  readonly id: string
  /** Of this attempt alone. */
  readonly owner: string
  /** The request itself, in a form that can be compared. */
  readonly request: string
}

export interface Entry extends Asked {
  readonly state: 'running' | 'settled' | 'unknown'
  readonly answer: Answer | null
  readonly settledAt: number | null
}

type Row = Omit<Entry, 'answer'> & { readonly answer: string | null }

/** What a service by hand remembers, in a file that outlives a kill of its process. */
export class Book {
  readonly #db: DatabaseSync

  constructor(file: string) {
    this.#db = new DatabaseSync(file)
    // What a killed process has written is in the system's cache, and needs no sync.
    this.#db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;
      CREATE TABLE IF NOT EXISTS entries
        (id TEXT PRIMARY KEY, owner TEXT, request TEXT, state TEXT, answer TEXT, settledAt INTEGER) STRICT`)
  }

  /** The only decision that must be atomic: whoever inserts the row runs. */
  claim(asked: Asked): 'claimed' | Entry {
    const { changes } = this.#db
      .prepare(`INSERT INTO entries VALUES (?, ?, ?, 'running', NULL, NULL) ON CONFLICT (id) DO NOTHING`)
      .run(asked.id, asked.owner, asked.request)
    if (changes === 1) return 'claimed'
    return this.find(asked.id) ?? this.claim(asked)
  }

  find(id: string): Entry | undefined {
    const row = this.#db.prepare('SELECT * FROM entries WHERE id = ?').get(id) as Row | undefined
    return row && { ...row, answer: row.answer === null ? null : decoded(row.answer) }
  }

  settle({ id, owner }: Pick<Asked, 'id' | 'owner'>, answer: Answer): void {
    this.#db
      .prepare(
        `UPDATE entries SET state = 'settled', answer = ?, settledAt = ? WHERE id = ? AND owner = ? AND state = 'running'`,
      )
      .run(encoded(answer), Date.now(), id, owner)
  }

  release({ id, owner }: Pick<Asked, 'id' | 'owner'>): void {
    this.#db.prepare('DELETE FROM entries WHERE id = ? AND owner = ?').run(id, owner)
  }

  /** For what goes wrong: nothing asks who holds it. */
  drop(id: string): void {
    this.#db.prepare('DELETE FROM entries WHERE id = ?').run(id)
  }

  /** Nobody is left who runs it. */
  abandonRunning(): void {
    this.#db.exec(`UPDATE entries SET state = 'unknown' WHERE state = 'running'`)
  }

  releaseRunning(): void {
    this.#db.exec(`DELETE FROM entries WHERE state = 'running'`)
  }

  forgetSettled(): void {
    this.#db.exec(`DELETE FROM entries WHERE state = 'settled'`)
  }
}

function encoded({ body, ...head }: Answer): string {
  return JSON.stringify({ ...head, body: body.toString('base64') })
}

function decoded(text: string): Answer {
  const { body, ...head } = JSON.parse(text)
  return { ...head, body: Buffer.from(body, 'base64') }
}
