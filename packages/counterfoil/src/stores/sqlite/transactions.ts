import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import {
  type ClaimDecision,
  type ClaimRequest,
  OptionInvalid,
  type StoreTransactions,
  type TransactionAnswer,
  type TransactionTerms,
  type TransactionWork,
} from '../../core/index.ts'
import { insistLater } from './busy.ts'
import type { StoreClock } from './clock.ts'
import { type Connection, versionOf } from './connection.ts'
import {
  type FaultContext,
  isBusy,
  isConstraint,
  isIoError,
  isOfAnOldRead,
  isStorageError,
  unavailable,
} from './faults.ts'
import type { File } from './file.ts'
import { FailedCommit, inTransaction, type Open } from './in-transaction.ts'
import { SCHEMA_VERSION } from './schema.ts'
import { Tables } from './tables.ts'

type Terms = TransactionTerms<DatabaseSync>
type Work = TransactionWork<DatabaseSync, 'sync'>

/**
 * The store's transactions that a user's effect is in. They have a connection of their own, on this thread, so that
 * nothing that a handler does with it touches the store's, and so that it can be closed under a handler that runs on.
 */
export class SqliteTransactions implements StoreTransactions<DatabaseSync, 'sync'> {
  readonly pace = 'sync'
  readonly #file: File
  readonly #clock: StoreClock
  readonly #context: FaultContext
  readonly #look: (request: ClaimRequest) => Promise<ClaimDecision | undefined>
  readonly #alone: <T>(act: () => Promise<T>) => Promise<T>
  readonly #tablesOf = new WeakMap<DatabaseSync, Tables>()

  /** @param alone runs it while nothing else of this process is being written. */
  constructor(of: {
    file: File
    clock: StoreClock
    context: FaultContext
    look: (request: ClaimRequest) => Promise<ClaimDecision | undefined>
    alone: <T>(act: () => Promise<T>) => Promise<T>
  }) {
    this.#file = of.file
    this.#clock = of.clock
    this.#context = of.context
    this.#look = of.look
    this.#alone = of.alone
  }

  async transact(terms: Terms, work: Work): Promise<TransactionAnswer> {
    if (terms.within !== undefined) return this.#within(terms.within, terms, work)
    const decision = await this.#look(terms.request)
    if (decision !== undefined && decision.kind !== 'claimed') return { kind: 'not_claimed', decision }
    return this.#alone(() => this.#begin(terms, work))
  }

  async #begin(terms: Terms, work: Work): Promise<TransactionAnswer> {
    try {
      const ended = await insistLater(this.#context.busyTimeoutMs, () => {
        return this.#begun(this.#beginning(), terms, work)
      })
      if ('error' in ended) throw ended.error
      return ended.answer
    } catch (error) {
      return this.#failed(error)
    }
  }

  /** On another connection, where a handler has closed this one or left something open on it, as an iterator read in part. */
  #beginning(): Connection {
    const connection = this.#file.connection
    try {
      connection.begin.run()
      return connection
    } catch (error) {
      if (isBusy(error) && !isOfAnOldRead(error)) throw error
      this.#file.close()
    }
    const another = this.#file.connection
    another.begin.run()
    return another
  }

  /** Nothing of what comes after BEGIN is tried again, whatever it throws. */
  #begun(
    { database, tables, commit, rollback }: Connection,
    terms: Terms,
    work: Work,
  ): { readonly answer: TransactionAnswer } | { readonly error: unknown } {
    const open: Open = {
      database,
      tables,
      clock: this.#clock,
      keep: () => commit.run(),
      undo: () => quietly(() => rollback.run()),
    }
    try {
      return {
        answer: inTransaction(open, terms, (...all) => {
          const ending = work(...all)
          if (ending.kind === 'roll_back' && ending.handler === 'runs_on') this.#file.close()
          return ending
        }),
      }
    } catch (error) {
      // Whatever the handler has left open on it ends with it.
      this.#file.close()
      return { error }
    }
  }

  #failed(error: unknown): TransactionAnswer {
    const isCommit = error instanceof FailedCommit
    const cause = isCommit ? error.cause : error
    // A deferred constraint of the user's own.
    if (isCommit && isConstraint(cause)) throw cause
    if (!isStorageError(cause)) throw cause
    const fault = this.#file.afterError(cause)
    // The log may have the whole transaction in it, and the next one to open the file may find it there.
    if (isCommit && isIoError(cause)) return { kind: 'commit_unknown', error: unavailable(fault) }
    throw unavailable(fault)
  }

  #within(database: DatabaseSync, terms: Terms, work: Work): TransactionAnswer {
    const tables = this.#tablesIn(database)
    database.exec('SAVEPOINT counterfoil_claim')
    const open: Open = {
      database,
      tables,
      clock: this.#clock,
      keep: () => database.exec('RELEASE counterfoil_claim'),
      undo: () => quietly(() => database.exec('ROLLBACK TO counterfoil_claim; RELEASE counterfoil_claim')),
    }
    try {
      return inTransaction(open, terms, work)
    } catch (error) {
      const cause = error instanceof FailedCommit ? error.cause : error
      if (!isStorageError(cause)) throw cause
      if (!isBusy(cause)) throw unavailable(this.#file.afterError(cause))
      const advice =
        'could not write in your transaction, since another one has written, or is writing; roll it back and begin it anew, by BEGIN IMMEDIATE'
      throw unavailable({ fault: 'locked', advice })
    }
  }

  /** @throws {OptionInvalid} where the receipts can't be written by this connection and in its transaction. */
  #tablesIn(database: DatabaseSync): Tables {
    if (!isInTransaction(database)) {
      throw new OptionInvalid('within', 'begin the transaction first, by BEGIN IMMEDIATE')
    }
    const known = this.#tablesOf.get(database)
    if (known !== undefined) return known
    const { path } = this.#context
    if (!isOn(database, path)) {
      throw new OptionInvalid('within', `open the connection on ${path}, where the receipts are`)
    }
    if (versionOf(database) !== SCHEMA_VERSION) {
      throw new OptionInvalid(
        'within',
        `open the store before the transaction, by audit(): ${path} has no tables for receipts yet, or those of another version`,
      )
    }
    const tables = new Tables(database)
    this.#tablesOf.set(database, tables)
    return tables
  }
}

/** Node 22 before 22.16 can't say it, but refuses a second BEGIN. */
function isInTransaction(database: DatabaseSync): boolean {
  const { isTransaction } = database as Partial<Pick<DatabaseSync, 'isTransaction'>>
  if (isTransaction !== undefined) return isTransaction
  try {
    database.exec('BEGIN')
  } catch {
    return true
  }
  database.exec('ROLLBACK')
  return false
}

function isOn(database: DatabaseSync, path: string): boolean {
  const list = database.prepare('PRAGMA database_list').all() as { name: string; file: string }[]
  const main = list.find(({ name }) => name === 'main')?.file
  if (!main) return false
  const [theirs, ours] = [statSync(main), statSync(path)]
  return theirs.dev === ours.dev && theirs.ino === ours.ino
}

function quietly(undo: () => unknown): void {
  try {
    undo()
  } catch {
    // SQLite has undone it by itself already, or the handler has: there is nothing left to undo.
  }
}
