export {
  type DrizzleDatabase,
  type DrizzleSql,
  type DrizzleTransaction,
  drizzleTransactions,
} from './adapters/drizzle.ts'
export { type KyselyDatabase, type KyselyTransaction, kyselyTransactions } from './adapters/kysely.ts'
export { type PrismaDatabase, type PrismaTransaction, prismaTransactions } from './adapters/prisma.ts'
export { schemaApart } from './apart.ts'
export type { PgClientOf, PgPool, PgPoolClient, PostgresClient, PostgresTransactionOf } from './clients.ts'
export type { Executor, Row } from './executor.ts'
export type { NameOptions } from './names.ts'
export type {
  PostgresConnection,
  PostgresStoreOptions,
  TransactionOf,
  WithTransactions,
} from './options.ts'
export { postgresStore } from './store.ts'
export { migrateTables, tablesScript } from './tables.ts'
export type { TransactionAdapter } from './transaction-adapter.ts'
export { readUrl } from './url.ts'
