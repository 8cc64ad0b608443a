import {
  OptionInvalid,
  type StoreTransactions,
  type TransactionAnswer,
  type TransactionTerms,
  type TransactionWork,
} from '../../core/index.ts'
import { Bound } from './bounded.ts'
import { isClash, isDefinite, StatementFailed, stateIn, unavailable } from './faults.ts'
import { inTransaction, type Open } from './in-transaction.ts'
import type { Names } from './names.ts'
import { inSavepoint } from './savepoint.ts'
import type { TransactionAdapter } from './transaction-adapter.ts'

/** The store's transactions that a user's effect is in, made by the store's own connections or by an adapter of the user's. */
export class PostgresTransactions<Tx> implements StoreTransactions<Tx, 'async'> {
  readonly pace = 'async'
  readonly #names: Names
  readonly #answerWithinMs: number
  readonly #adapter: () => Promise<TransactionAdapter<Tx>>

  constructor(of: {
    readonly names: Names
    readonly answerWithinMs: number
    /** Once the store is open, and its tables are there. */
    readonly adapter: () => Promise<TransactionAdapter<Tx>>
  }) {
    this.#names = of.names
    this.#answerWithinMs = of.answerWithinMs
    this.#adapter = of.adapter
  }

  async transact(
    terms: TransactionTerms<Tx>,
    work: TransactionWork<Tx, 'async'>,
  ): Promise<TransactionAnswer> {
    const adapter = await this.#adapter()
    return terms.within === undefined
      ? this.#alone(adapter, terms, work)
      : this.#within(adapter, terms.within, terms, work)
  }

  async #alone(
    adapter: TransactionAdapter<Tx>,
    terms: TransactionTerms<Tx>,
    work: TransactionWork<Tx, 'async'>,
  ): Promise<TransactionAnswer> {
    const bound = new Bound(this.#answerWithinMs)
    let stage: 'beginning' | 'open' | 'committing' = 'beginning'
    let answer: TransactionAnswer | undefined
    let thrown: unknown
    const run = async (tx: Tx): Promise<void> => {
      if (stage !== 'beginning') throw new TypeError('a transaction is run once, and has been')
      // Too late, and nobody waits for it any more.
      bound.stop()
      stage = 'open'
      try {
        answer = await inTransaction(this.#open(adapter, tx), terms, work)
        if (answer.kind !== 'settled') throw new RollBack()
        terms.reach?.('before-commit')
        stage = 'committing'
      } catch (error) {
        thrown = error
        throw error
      } finally {
        bound.start('statement')
      }
    }
    bound.start('connection')
    try {
      await bound.race(adapter.transaction(run))
    } catch (error) {
      return this.#notCommitted(stage, answer, thrown ?? new StatementFailed(error))
    }
    if (answer === undefined) throw new TypeError('a transaction that was never run was committed')
    terms.reach?.('after-commit')
    return answer
  }

  #notCommitted(
    stage: 'beginning' | 'open' | 'committing',
    answer: TransactionAnswer | undefined,
    error: unknown,
  ): TransactionAnswer {
    // However its ROLLBACK ended: with its connection it ends too.
    if (answer !== undefined && answer.kind !== 'settled') return answer
    if (isClash(error)) return { kind: 'clashed', error }
    if (stage === 'committing') {
      // A deferred constraint of the user's own.
      if (isDefinite(error)) throw error instanceof StatementFailed ? error.cause : error
      return { kind: 'commit_unknown', error: unavailable(error) }
    }
    if (stage === 'open' && !(error instanceof StatementFailed)) throw error
    throw unavailable(error)
  }

  async #within(
    adapter: TransactionAdapter<Tx>,
    tx: Tx,
    terms: TransactionTerms<Tx>,
    work: TransactionWork<Tx, 'async'>,
  ): Promise<TransactionAnswer> {
    let answer: TransactionAnswer | undefined
    try {
      await inSavepoint(adapter, tx, this.#answerWithinMs, async (inner) => {
        answer = await inTransaction(this.#open(adapter, inner), terms, work)
        if (answer.kind !== 'settled') throw new RollBack()
      })
    } catch (error) {
      // However it went back: a transaction that can't is one that commits nothing.
      if (answer !== undefined && answer.kind !== 'settled') return answer
      const cause = error instanceof StatementFailed ? error.cause : error
      if (isClash(cause)) return { kind: 'clashed', error: cause }
      if (answer === undefined && stateIn(cause) === NO_TRANSACTION) {
        const advice = 'give the transaction itself, begun, and not a pool or a client'
        throw new OptionInvalid('within', advice, { cause })
      }
      throw error instanceof StatementFailed ? unavailable(error) : error
    }
    if (answer === undefined) throw new TypeError('a savepoint was released in which nothing ran')
    return answer
  }

  #open(adapter: TransactionAdapter<Tx>, tx: Tx): Open<Tx> {
    return { tx, adapter, names: this.#names, answerWithinMs: this.#answerWithinMs }
  }
}

const NO_TRANSACTION = '25P01'

/** Makes an adapter roll back what is not to be committed. */
class RollBack extends Error {}
