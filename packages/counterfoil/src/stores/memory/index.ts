export { describeMemory } from './describe.ts'
export { type MemoryStoreOptions, memoryStore } from './store.ts'
