import type { DatabaseSync } from 'node:sqlite'
import {
  fenceOf,
  OptionInvalid,
  type Running,
  type TransactionAnswer,
  type TransactionEnding,
  type TransactionSteps,
  type TransactionTerms,
  type TransactionWork,
} from '../../core/index.ts'
import { claim } from './claim.ts'
import { MARK_EVERY_MS, type StoreClock } from './clock.ts'
import { isBusy } from './faults.ts'
import { refused, settle } from './fenced.ts'
import type { Tables } from './tables.ts'

/** The connection that has the transaction, and how the transaction ends. */
export interface Open {
  readonly database: DatabaseSync
  readonly tables: Tables
  readonly clock: StoreClock
  /** COMMIT, where the transaction is the store's. */
  keep(): void
  /** Everything since it began is undone, and nothing of it is open any more. */
  undo(): void
}

/**
 * Claim, effect and settle, between BEGIN IMMEDIATE and COMMIT on one connection. Nobody else writes to the file in
 * between (claim.ts says why), nobody sees any of it before COMMIT, and a crash before COMMIT's fsync leaves nothing: SQLite
 * takes no notice of what stands in the log after the last commit ("Atomic Commit In SQLite"; wal.html §2.1).
 *
 * All of it is one turn of the event loop: no other transaction of this thread can come between either.
 *
 * @throws {FailedCommit} with what COMMIT was answered with
 * @throws what else was thrown, after undoing
 */
export function inTransaction(
  open: Open,
  { request, reach }: TransactionTerms<DatabaseSync>,
  work: TransactionWork<DatabaseSync, 'sync'>,
): TransactionAnswer {
  const { database, tables, clock } = open
  try {
    const mark = tables.readMark()
    clock.observe(mark)
    const decision = claim(tables, request, clock)
    if (decision.kind !== 'claimed') {
      open.undo()
      return { kind: 'not_claimed', decision }
    }
    reach?.('after-claim')
    database.exec('SAVEPOINT counterfoil_effect')
    const ending = work(decision.receipt, database, stepsOf(tables, decision.receipt))
    reach?.('after-effect')
    if (ending.kind === 'roll_back') {
      open.undo()
      return { kind: 'rolled_back' }
    }
    backFromEffect(database, ending)
    if (ending.kind === 'undo') reach?.('after-undo')
    const fence = fenceOf(decision.receipt)
    for (const { step, generation } of ending.refused) refused(tables, fence, step, generation)
    const answer = settle(tables, fence, ending.settlement, clock)
    if (answer.kind === 'lost') throw endedByHandler()
    const now = clock.now()
    if (now >= mark + MARK_EVERY_MS) tables.writeMark(now)
    reach?.('before-commit')
    keep(open)
    reach?.('after-commit')
    return answer
  } catch (error) {
    open.undo()
    throw error
  }
}

/** What COMMIT was answered with. */
export class FailedCommit extends Error {}

function keep(open: Open): void {
  try {
    open.keep()
  } catch (cause) {
    throw new FailedCommit('COMMIT failed', { cause })
  }
}

/** The savepoint tells too whether the transaction is still the one that claimed. */
function backFromEffect(database: DatabaseSync, { kind }: TransactionEnding): void {
  try {
    if (kind === 'undo') database.exec('ROLLBACK TO counterfoil_effect')
    database.exec('RELEASE counterfoil_effect')
  } catch (cause) {
    throw isBusy(cause) ? stillWrites(cause) : endedByHandler(cause)
  }
}

function stillWrites(cause: unknown): OptionInvalid {
  return new OptionInvalid(
    'handler',
    'read each of its iterators to the end: one of a statement that writes was still open; all of it was rolled back',
    { cause },
  )
}

function endedByHandler(cause?: unknown): OptionInvalid {
  return new OptionInvalid(
    'handler',
    'leave COMMIT and ROLLBACK to the store: the transaction that claimed was over when the handler returned; if it was committed, the key is now held, and an operator must say what happened',
    { cause },
  )
}

function stepsOf(tables: Tables, { incarnation }: Running): TransactionSteps<'sync'> {
  return {
    read: () => tables.readSteps(incarnation),
    save: (step, result) => tables.saveStep(incarnation, step, result),
  }
}
