import type { Receipt } from 'counterfoil'
import type { Found } from './find-receipt.ts'

/** The receipt, and the results of its steps by name. */
export interface Shown extends Found {
  readonly steps: ReadonlyMap<string, Uint8Array>
}

/** The answer that a retry gets, or that those who waited on the last attempt got. */
export function outcomeBytes(receipt: Receipt): Uint8Array | null {
  if (receipt.state !== 'in_progress') return receipt.outcome
  return receipt.givenUp?.as === 'in_doubt' ? receipt.givenUp.refusal : null
}
