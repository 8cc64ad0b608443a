export { describeSqlite } from './describe.ts'
export { type SqliteStoreOptions, sqliteStore } from './store.ts'
