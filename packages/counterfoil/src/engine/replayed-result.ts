import type { Codec } from '../core/index.ts'
import type { Conclusion } from './caller.ts'
import { valueIn } from './handler.ts'

/**
 * What a caller gets of an outcome that is another attempt's.
 * @throws {StoredFailure | OutcomeNotKept | OutcomeUnreadable}
 */
export function replayedResult<V>(
  { receipt, outcome }: Extract<Conclusion, { kind: 'replayed' }>,
  about: { readonly operation: string; readonly codec: Codec },
): { readonly value: V; readonly replayed: true; readonly attempt: number; readonly receipt: 'settled' } {
  const { attempt } = receipt
  const final = receipt.state === 'succeeded' || (receipt.state === 'failed' && !receipt.retryable)
  const standing = final ? 'final' : 'released'
  return {
    value: valueIn<V>(outcome, { ...about, attempt, standing }),
    replayed: true,
    attempt,
    receipt: 'settled',
  }
}
