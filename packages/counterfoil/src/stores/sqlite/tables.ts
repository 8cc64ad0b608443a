import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type Receipt, type ReceiptId, type StoreTime, wholeMs } from '../../core/index.ts'
import { COLUMNS, idBytes, type Row, receiptOf, updateValues } from './row.ts'

/** The statements of one connection, prepared once. Whoever writes by them holds a transaction: see transaction.ts. */
export class Tables {
  readonly #database: DatabaseSync
  readonly #prepared = new Map<string, StatementSync>()
  readonly #read: StatementSync
  readonly #update: StatementSync
  readonly #remove: StatementSync
  readonly #saveStep: StatementSync
  readonly #readSteps: StatementSync
  readonly #dropSteps: StatementSync
  readonly #readMark: StatementSync
  readonly #writeMark: StatementSync

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#read = inArrays(database.prepare(`SELECT ${COLUMNS} FROM counterfoil_receipts WHERE id = ?`))
    this.#update = database.prepare(UPDATE)
    this.#remove = database.prepare('DELETE FROM counterfoil_receipts WHERE id = ?')
    this.#saveStep = database.prepare(
      'INSERT INTO counterfoil_steps (incarnation, step, result) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    )
    this.#readSteps = database.prepare('SELECT step, result FROM counterfoil_steps WHERE incarnation = ?')
    this.#dropSteps = database.prepare('DELETE FROM counterfoil_steps WHERE incarnation = ?')
    this.#readMark = database.prepare(`SELECT value FROM counterfoil_meta WHERE name = 'latest_time'`)
    this.#writeMark = database.prepare(
      `INSERT INTO counterfoil_meta (name, value) VALUES ('latest_time', ?)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE excluded.value > value`,
    )
  }

  /** For a statement that stands in the file that it is about, and whose rows are receipts: `rowOf` reads them. */
  receipts(sql: string): StatementSync {
    return inArrays(this.prepared(sql))
  }

  /** For a statement that stands in the file that it is about. */
  prepared(sql: string): StatementSync {
    const known = this.#prepared.get(sql)
    if (known !== undefined) return known
    const statement = this.#database.prepare(sql)
    this.#prepared.set(sql, statement)
    return statement
  }

  read(id: ReceiptId): Receipt | undefined {
    const row = this.#read.get(idBytes(id))
    return row === undefined ? undefined : receiptOf(rowOf(row))
  }

  update(receipt: Receipt): void {
    this.#update.run(...updateValues(receipt))
  }

  /** The steps hang on the incarnation, and go with it. */
  remove({ id, incarnation }: Receipt): void {
    this.#remove.run(idBytes(id))
    this.#dropSteps.run(incarnation)
  }

  dropSteps(incarnation: string): void {
    this.#dropSteps.run(incarnation)
  }

  saveStep(incarnation: string, step: string, result: Uint8Array): void {
    this.#saveStep.run(incarnation, JSON.stringify(step), result)
  }

  readSteps(incarnation: string): Map<string, Uint8Array> {
    const rows = this.#readSteps.all(incarnation) as unknown as { step: string; result: Uint8Array }[]
    return new Map(rows.map(({ step, result }) => [JSON.parse(step) as string, result]))
  }

  /** The latest time that anybody has marked in this file: see clock.ts. */
  readMark(): StoreTime {
    return (this.#readMark.get() as { value: number } | undefined)?.value ?? 0
  }

  /** Of the file's pages, those in use. */
  bytes(): number {
    const ask = (name: string): number =>
      Number(Object.values(this.prepared(`PRAGMA ${name}`).get() ?? {})[0])
    return (ask('page_count') - ask('freelist_count')) * ask('page_size')
  }

  writeMark(time: StoreTime): void {
    this.#writeMark.run(wholeMs(time))
  }
}

/** For the rows of `receipts`. */
export function rowOf(row: unknown): Row {
  return (Array.isArray(row) ? row : Object.values(row as object)) as unknown as Row
}

/** Node 22 before 22.16 can't; the objects that it gives have the same values in the same order. */
function inArrays(statement: StatementSync): StatementSync {
  const able: Partial<Pick<StatementSync, 'setReturnArrays'>> = statement
  able.setReturnArrays?.(true)
  return statement
}

const UPDATE = `
UPDATE counterfoil_receipts SET
  credentials = ?, on_failure = ?, on_abandoned = ?, ttl_ms = ?, key_retention_ms = ?,
  attempt = ?, token = ?, purpose = ?, claimed_at = ?, predecessor = ?, doubt_since = ?,
  generations = ?, history = ?, state = ?, retryable = ?,
  lease_ends_at = ?, given_up = ?, recoverable_at = ?, settled_at = ?, sweep_due_at = ?, outcome = ?, request = ?
WHERE id = ?`
