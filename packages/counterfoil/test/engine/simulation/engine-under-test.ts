import type { createReceipts } from '../../../src/engine/index.ts'

/** The engine's entry, of the one that is shipped or of a changed copy. */
export interface EngineUnderTest {
  readonly createReceipts: typeof createReceipts
}
