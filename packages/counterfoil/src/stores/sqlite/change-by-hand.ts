import { decideByHand, type HandAnswer, type HandChange, type HandTarget } from '../../core/index.ts'
import type { StoreClock } from './clock.ts'
import type { Tables } from './tables.ts'

/** An operator's change: decided on what is stored, inside the transaction that writes it. */
export function changeByHand(
  tables: Tables,
  target: HandTarget,
  change: HandChange,
  clock: StoreClock,
): HandAnswer {
  const decision = decideByHand(tables.read(target.id), target, change, clock.now())
  if (decision.kind === 'refused') return decision
  tables.update(decision.receipt)
  return { kind: 'changed', receipt: decision.receipt }
}
