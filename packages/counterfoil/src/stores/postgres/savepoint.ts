import { randomBytes } from 'node:crypto'
import { Bound } from './bounded.ts'
import type { Executor } from './executor.ts'
import { StatementFailed } from './faults.ts'
import type { TransactionAdapter } from './transaction-adapter.ts'

/**
 * Runs `run` in a savepoint, which is released where it resolves and gone back to where it rejects.
 *
 * @param ms the bound of what is done before and after `run`.
 * @throws what `run` threw, once the savepoint has been gone back to
 * @throws {StatementFailed} with what the savepoint's own statements failed with
 */
export async function inSavepoint<Tx>(
  adapter: TransactionAdapter<Tx>,
  tx: Tx,
  ms: number,
  run: (inner: Tx) => Promise<void>,
): Promise<void> {
  const bound = new Bound(ms)
  let thrown: unknown
  const bounded = async (inner: Tx): Promise<void> => {
    bound.stop()
    try {
      await run(inner)
    } catch (error) {
      thrown = error
      throw error
    } finally {
      bound.start('statement')
    }
  }
  bound.start('statement')
  try {
    await bound.race(adapter.savepoint?.(tx, bounded) ?? byStatements(adapter.executor(tx), tx, bounded))
  } catch (error) {
    throw error === thrown ? error : new StatementFailed(error)
  }
}

/**
 * The name is another one each time: where two calls are at once in one transaction, neither goes back to the other's,
 * and the one whose savepoint has gone with the other's fails.
 */
async function byStatements<Tx>(
  executor: Executor,
  tx: Tx,
  run: (inner: Tx) => Promise<void>,
): Promise<void> {
  const name = `counterfoil_${randomBytes(6).toString('hex')}`
  await executor.query(`SAVEPOINT ${name}`, [])
  try {
    await run(tx)
  } catch (error) {
    await executor.query(`ROLLBACK TO SAVEPOINT ${name}`, [])
    await executor.query(`RELEASE SAVEPOINT ${name}`, [])
    throw error
  }
  await executor.query(`RELEASE SAVEPOINT ${name}`, [])
}
