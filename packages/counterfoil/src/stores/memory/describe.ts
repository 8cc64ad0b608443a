import { decideClaim, type StoreDescription } from '../../core/index.ts'

/** For humans: what is kept, and the claim as it runs. */
export function describeMemory(): StoreDescription {
  return {
    schema: 'Map<ReceiptId, Receipt>, and per incarnation a Map of step results',
    claim: decideClaim.toString(),
  }
}
