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
import type { Executor } from './executor.ts'
import { isClash, stateIn } from './faults.ts'
import { readSteps, refused, saveStep, settle } from './fenced.ts'
import type { Names } from './names.ts'
import { asUnchanged, settleUnchanged } from './settle-unchanged.ts'

/** A transaction that is open, and how the store speaks to it. */
export interface Open<Tx> {
  readonly tx: Tx
  readonly names: Names
  /** As the transaction's adapter gives it. */
  readonly plain: Executor
  /** The same for the store's own statements: each within a bound, and what it throws is a `StatementFailed`. */
  readonly own: Executor
  /** The same for the claim, which may wait for another transaction. */
  readonly patient: Executor
  /** For the effect: another name in each call, so that two calls that are at once in one transaction don't take each other's. */
  readonly savepoint: string
}

/**
 * Claim, effect and settle in one transaction, on one connection; it is for the caller to commit `settled`, and to undo
 * everything else. Why it holds, at READ COMMITTED:
 *
 * - The claim is the store's own (claim.ts): an insert, or an update of a version that was read. Until the commit its
 *   row is seen by nobody; whoever claims the same key waits for it, in the index for an insert or on the row for an
 *   update ("Transaction Isolation", 13.2.1), and then decides on what was committed, or on nothing if it was rolled
 *   back. By `lock_timeout` the wait has a bound.
 * - What the effect wrote and the settled receipt become visible together, or never: a crash of this process, or of the
 *   server before COMMIT is on its disk, leaves neither.
 * - A refusal goes back to the savepoint after the claim, so that the effect is undone and the claim is not.
 *
 * At REPEATABLE READ and SERIALIZABLE a rival's commit that this transaction's snapshot hasn't got fails it by a
 * serialization failure (40001), where it would read the outcome at READ COMMITTED.
 */
export async function inTransaction<Tx>(
  open: Open<Tx>,
  { request, waitMs, reach }: TransactionTerms<Tx>,
  work: TransactionWork<Tx, 'async'>,
): Promise<TransactionAnswer> {
  const { tx, names, own, patient, savepoint } = open
  const lockTimeout = await setLockTimeout(own, waitMs)
  const decision = await claim(patient, names, request).catch((error: unknown) => {
    if (stateIn(error) === LOCK_NOT_AVAILABLE) return 'busy' as const
    throw error
  })
  if (decision === 'busy') return { kind: 'busy' }
  if (decision.kind !== 'claimed') return { kind: 'not_claimed', decision }
  // The handler's statements wait as long as they would anyway.
  await own.query(SET_LOCK_TIMEOUT, [lockTimeout])
  await own.query(`SAVEPOINT ${savepoint}`, [])
  reach?.('after-claim')
  const ending = await work(decision.receipt, tx, stepsOf(open, decision.receipt))
  reach?.('after-effect')
  if (ending.kind === 'roll_back') {
    const { error } = ending
    return isClash(error) ? { kind: 'clashed', error } : { kind: 'rolled_back' }
  }
  await backFromEffect(open, ending)
  if (ending.kind === 'undo') reach?.('after-undo')
  return settled(open, decision.receipt, ending)
}

const LOCK_NOT_AVAILABLE = '55P03'

const SET_LOCK_TIMEOUT = `SELECT set_config('lock_timeout', $1::text, true) AS bound`

// As a subquery of its own, so that it is read before it is set.
const SWAP_LOCK_TIMEOUT = `
SELECT b.was, set_config('lock_timeout', $1::text, true) AS bound
FROM (SELECT current_setting('lock_timeout') AS was OFFSET 0) b`

/** PostgreSQL's largest; 0 would be no bound at all. */
const MAX_LOCK_MS = 2_147_483_647

/** @returns what it was. It is set for this transaction alone, and put back by whatever goes back to before it. */
async function setLockTimeout(executor: Executor, waitMs: number): Promise<string> {
  const ms = Math.min(MAX_LOCK_MS, Math.max(1, Math.ceil(waitMs)))
  const { rows } = await executor.query(SWAP_LOCK_TIMEOUT, [`${ms}ms`])
  return String(rows[0]?.was)
}

async function settled<Tx>(
  { own, names }: Open<Tx>,
  receipt: Running,
  { settlement, refused: refusals }: Exclude<TransactionEnding, { kind: 'roll_back' }>,
): Promise<TransactionAnswer> {
  const fence = fenceOf(receipt)
  for (const { step, generation } of refusals) await refused(own, names, fence, step, generation)
  const unchanged = refusals.length === 0 ? asUnchanged(fence, settlement, receipt) : undefined
  const answer =
    (unchanged && (await settleUnchanged(own, names, unchanged))) ??
    (await settle(own, names, fence, settlement))
  if (answer.kind === 'lost') throw endedByHandler()
  return answer
}

const IN_FAILED_TRANSACTION = '25P02'
const NO_TRANSACTION = '25P01'
const NO_SAVEPOINT = '3B001'

/** The savepoint tells too whether the transaction is still the one that claimed, and whether it can be committed. */
async function backFromEffect<Tx>({ own, savepoint }: Open<Tx>, { kind }: TransactionEnding): Promise<void> {
  try {
    if (kind === 'undo') await own.query(`ROLLBACK TO SAVEPOINT ${savepoint}`, [])
    await own.query(`RELEASE SAVEPOINT ${savepoint}`, [])
  } catch (error) {
    const state = stateIn(error)
    if (state === NO_TRANSACTION || state === NO_SAVEPOINT) throw endedByHandler(error)
    if (state === IN_FAILED_TRANSACTION) throw wentOn(error)
    throw error
  }
}

function endedByHandler(cause?: unknown): OptionInvalid {
  return new OptionInvalid(
    'handler',
    'leave COMMIT and ROLLBACK to the store: the transaction that claimed was over when the handler returned; if it was committed, the key is now held, and an operator must say what happened',
    { cause },
  )
}

function wentOn(cause: unknown): OptionInvalid {
  return new OptionInvalid(
    'handler',
    'let the errors of its statements through, or put a savepoint of its own before those that may fail: one has failed, after which PostgreSQL commits nothing; all of it was rolled back',
    { cause },
  )
}

function stepsOf<Tx>({ plain, names }: Open<Tx>, receipt: Running): TransactionSteps<'async'> {
  return {
    read: () => readSteps(plain, names, receipt.incarnation),
    async save(step, result) {
      const answer = await saveStep(plain, names, fenceOf(receipt), step, result)
      if (answer === 'lost') throw endedByHandler()
    },
  }
}
