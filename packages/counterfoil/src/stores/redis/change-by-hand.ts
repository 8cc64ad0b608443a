import { decideByHand, type HandAnswer, type HandChange, type HandTarget } from '../../core/index.ts'
import { decideAndWrite, type Made, type Place } from './replace.ts'

/** An operator's change: decided on what is stored, and written only while that is so. */
export function changeByHand(place: Place, target: HandTarget, change: HandChange): Promise<HandAnswer> {
  return decideAndWrite(place, target.id, undefined, ({ receipt, now }): Made<HandAnswer> => {
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
