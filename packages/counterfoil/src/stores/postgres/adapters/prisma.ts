import type { Row } from '../executor.ts'
import type { TransactionAdapter } from '../transaction-adapter.ts'

/** What is used of a `PrismaClient`. */
export interface PrismaDatabase<Tx, Options> {
  $transaction(run: (tx: Tx) => Promise<void>, options?: Options): Promise<void>
}

/** What is used of a client inside `$transaction`. */
export interface PrismaTransaction {
  $queryRawUnsafe(text: string, ...values: unknown[]): PromiseLike<unknown>
}

/**
 * Interactive transactions of Prisma's: the handler gets the client inside `$transaction`.
 *
 * @param options Prisma's own. Its `timeout` (5 s by default) must be longer than the operation's `wait` and the handler
 *   together.
 * @example
 * const store = postgresStore(pool, { transactions: prismaTransactions(prisma, { timeout: 30_000 }) })
 */
export function prismaTransactions<Tx extends PrismaTransaction, Options>(
  prisma: PrismaDatabase<Tx, Options>,
  options?: Options,
): TransactionAdapter<Tx> {
  return {
    transaction: (run) => prisma.$transaction(run, options),
    executor: (tx) => ({
      query: async (text, values) => ({ rows: (await tx.$queryRawUnsafe(text, ...values)) as Row[] }),
    }),
  }
}
