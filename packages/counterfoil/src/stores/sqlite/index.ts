export { fileApart } from './apart.ts'
export { describeSqlite } from './describe.ts'
export { type SqliteStoreOptions, sqliteStore } from './store.ts'
