import { decideByHand, type HandAnswer, type HandChange, type HandTarget } from '../../core/index.ts'
import type { Executor } from './executor.ts'
import type { Names } from './names.ts'
import { insist } from './races.ts'
import { read } from './read.ts'
import { replace } from './replace.ts'

/** An operator's change: decided on what is read, and written on the condition that nobody came between. */
export function changeByHand(
  executor: Executor,
  names: Names,
  target: HandTarget,
  change: HandChange,
): Promise<HandAnswer> {
  return insist('a change by hand', async () => {
    const { stored, now } = await read(executor, names, target.id)
    const decision = decideByHand(stored?.receipt, target, change, now)
    if (decision.kind === 'refused') return decision
    if (stored === undefined || !(await replace(executor, names, stored, decision.receipt))) return undefined
    return { kind: 'changed', receipt: decision.receipt }
  })
}
