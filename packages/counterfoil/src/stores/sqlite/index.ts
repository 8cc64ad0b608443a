export { fileApart } from './apart.ts'
export { type SqliteStoreOptions, sqliteStore } from './store.ts'
