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
import { bounded } from './bounded.ts'
import { claim } from './claim.ts'
import type { Executor } from './executor.ts'
import { isClash, isDefinite, StatementFailed, stateIn } from './faults.ts'
import { readSteps, refused, saveStep, settle } from './fenced.ts'
import type { Names } from './names.ts'
import { inSavepoint } from './savepoint.ts'
import { asUnchanged, settleUnchanged } from './settle-unchanged.ts'
import type { TransactionAdapter } from './transaction-adapter.ts'

/** A transaction that is open, and how the store speaks to it. */
export interface Open<Tx> {
  readonly tx: Tx
  readonly adapter: TransactionAdapter<Tx>
  readonly names: Names
  readonly answerWithinMs: number
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
  const { tx, adapter, names, answerWithinMs } = open
  const executor = adapter.executor(tx)
  const own = bounded(executor, answerWithinMs)
  const lockTimeout = await setLockTimeout(own, waitMs)
  const decision = await claim(bounded(executor, waitMs + answerWithinMs), names, request).catch(
    (error: unknown) => {
      if (endedTheWait.has(stateIn(error))) return 'busy' as const
      throw error
    },
  )
  if (decision === 'busy') return { kind: 'busy' }
  if (decision.kind !== 'claimed') return { kind: 'not_claimed', decision }
  // The handler's statements wait as long as they would anyway.
  await own.query(SET_LOCK_TIMEOUT, [lockTimeout])
  reach?.('after-claim')
  const ending = await effect(open, decision.receipt, work, reach)
  if (ending.kind === 'roll_back') {
    const { error } = ending
    return isClash(error) ? { kind: 'clashed', error } : { kind: 'rolled_back' }
  }
  if (ending.kind === 'undo') reach?.('after-undo')
  try {
    return await settled(own, names, decision.receipt, ending)
  } catch (error) {
    // By a statement that nobody waited for.
    throw stateIn(error) === IN_FAILED_TRANSACTION ? wentOn(error) : error
  }
}

/** The work, in a savepoint that is gone back to unless the work is to be committed. */
async function effect<Tx>(
  open: Open<Tx>,
  receipt: Running,
  work: TransactionWork<Tx, 'async'>,
  reach: TransactionTerms<Tx>['reach'],
): Promise<TransactionEnding> {
  let ending: TransactionEnding | undefined
  try {
    await inSavepoint(open.adapter, open.tx, open.answerWithinMs, async (inner) => {
      ending = await work(receipt, inner, stepsOf(open.adapter.executor(inner), open.names, receipt))
      reach?.('after-effect')
      if (ending.kind !== 'commit') throw new Undone()
    })
  } catch (error) {
    // A connection that is lost has rolled everything back.
    if (ending?.kind === 'roll_back') return ending
    if (error instanceof Undone && ending !== undefined) return ending
    throw ending === undefined ? error : whyNotLeft(error)
  }
  if (ending === undefined) throw new TypeError('a savepoint was released in which nothing ran')
  return ending
}

/** Makes a savepoint be gone back to. */
class Undone extends Error {}

const IN_FAILED_TRANSACTION = '25P02'

/** The store's `lock_timeout` (55P03), or a shorter `statement_timeout` of the application's (57014). */
const endedTheWait: ReadonlySet<string | undefined> = new Set(['55P03', '57014'])

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

async function settled(
  own: Executor,
  names: Names,
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

const NO_TRANSACTION = '25P01'
const NO_SAVEPOINT = '3B001'

/** The savepoint tells whether the transaction is still the one that claimed, and whether it can be committed. */
function whyNotLeft(error: unknown): unknown {
  if (!(error instanceof StatementFailed) || isClash(error)) return error
  const state = stateIn(error)
  if (state === NO_TRANSACTION || state === NO_SAVEPOINT) return endedByHandler(error)
  return isDefinite(error) ? wentOn(error) : error
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
    'wait for each of its statements, and let their errors through, or put a savepoint of its own before those that may fail: one has failed, after which PostgreSQL commits nothing; all of it was rolled back',
    { cause },
  )
}

function stepsOf(executor: Executor, names: Names, receipt: Running): TransactionSteps<'async'> {
  return {
    read: () => readSteps(executor, names, receipt.incarnation),
    async save(step, result) {
      const answer = await saveStep(executor, names, fenceOf(receipt), step, result)
      if (answer === 'lost') throw endedByHandler()
    },
  }
}
