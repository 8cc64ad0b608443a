import { decideByHand, type HandAnswer, type HandChange, type HandTarget } from '../../core/index.ts'
import type { Keyspace } from './keyspace.ts'
import { decideAndWrite, type Made } from './replace.ts'

/** An operator's change: decided on what is stored, and written only while that is so. */
export function changeByHand(
  keyspace: Keyspace,
  target: HandTarget,
  change: HandChange,
): Promise<HandAnswer> {
  return decideAndWrite(keyspace, target.id, undefined, ({ receipt, now }): Made<HandAnswer> => {
    const decision = decideByHand(receipt, target, change, now)
    return decision.kind === 'refused'
      ? { answer: decision, write: 'nothing' }
      : {
          answer: { kind: 'changed', receipt: decision.receipt },
          write: 'receipt',
          receipt: decision.receipt,
          steps: 'keep',
        }
  })
}
