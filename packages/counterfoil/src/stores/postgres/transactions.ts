import { randomBytes } from 'node:crypto'
import {
  OptionInvalid,
  type StoreTransactions,
  type TransactionAnswer,
  type TransactionTerms,
  type TransactionWork,
} from '../../core/index.ts'
import { Bound, bounded } from './bounded.ts'
import { isClash, isDefinite, StatementFailed, stateIn, unavailable } from './faults.ts'
import { inTransaction, type Open } from './in-transaction.ts'
import type { Names } from './names.ts'
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
    const run = async (tx: Tx): Promise<void> => {
      if (stage !== 'beginning') throw new TypeError('a transaction is run once, and has been')
      // Too late, and nobody waits for it any more.
      bound.stop()
      stage = 'open'
      try {
        answer = await inTransaction(this.#open(adapter, tx, terms.waitMs), terms, work)
        if (answer.kind !== 'settled') throw new RollBack()
        terms.reach?.('before-commit')
        stage = 'committing'
      } finally {
        bound.start('statement')
      }
    }
    bound.start('connection')
    try {
      await bound.race(adapter.transaction(run))
    } catch (error) {
      return this.#notCommitted(stage, answer, error)
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
      if (isDefinite(error)) throw error
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
    const open = this.#open(adapter, tx, terms.waitMs)
    const savepoint = `${open.savepoint}_claim`
    await this.#begin(open, savepoint)
    const undo = async (): Promise<void> => {
      await open.own.query(`ROLLBACK TO SAVEPOINT ${savepoint}`, [])
      await open.own.query(`RELEASE SAVEPOINT ${savepoint}`, [])
    }
    try {
      const answer = await inTransaction(open, terms, work)
      if (answer.kind === 'settled') await open.own.query(`RELEASE SAVEPOINT ${savepoint}`, [])
      else await undo()
      return answer
    } catch (error) {
      // Where even that fails, the transaction can't be committed any more.
      await undo().catch(() => undefined)
      const cause = error instanceof StatementFailed ? error.cause : error
      if (isClash(cause)) return { kind: 'clashed', error: cause }
      throw error instanceof StatementFailed ? unavailable(error) : error
    }
  }

  async #begin({ own }: Open<Tx>, savepoint: string): Promise<void> {
    try {
      await own.query(`SAVEPOINT ${savepoint}`, [])
    } catch (error) {
      if (stateIn(error) === NO_TRANSACTION) {
        throw new OptionInvalid('within', 'give the transaction itself, begun, and not a pool or a client', {
          cause: error,
        })
      }
      throw unavailable(error)
    }
  }

  #open(adapter: TransactionAdapter<Tx>, tx: Tx, waitMs: number): Open<Tx> {
    const plain = adapter.executor(tx)
    return {
      tx,
      names: this.#names,
      plain,
      own: bounded(plain, this.#answerWithinMs),
      patient: bounded(plain, waitMs + this.#answerWithinMs),
      savepoint: `counterfoil_${randomBytes(6).toString('hex')}`,
    }
  }
}

const NO_TRANSACTION = '25P01'

/** Makes an adapter roll back what is not to be committed. */
class RollBack extends Error {}
