import { holds } from '../../core/index.ts'
import type { Modelled } from './modelled.ts'
import type { Call, Placed } from './placed.ts'

/**
 * What was tried, so that it isn't again (Lowe 2017): where the same answers had their place and the same was kept, and
 * no open call was used up then that isn't now, whatever is possible now was possible then. An open call waits for the
 * older one that is like it, and that one may have been used now and not then: then it does what the younger one does.
 */
export class Tried {
  /** Sets of open calls, a bit each: none of them holds another. */
  readonly #used = new Map<string, readonly bigint[]>()

  /** @returns whether it is new. */
  add(placed: Placed, kept: Modelled): boolean {
    const name = `${placed.nameOfAnswered()} ${nameOf(kept)}`
    const used = usedIn(placed, kept)
    const before = this.#used.get(name) ?? []
    if (before.some((fewer) => includes(used, fewer))) return false
    this.#used.set(name, [...before.filter((more) => !includes(more, used)), used])
    return true
  }
}

function usedIn(placed: Placed, kept: Modelled): bigint {
  let used = 0n
  for (const [index, call] of placed.open.entries()) {
    const isUsed = placed.has(placed.answered.length + index) && mayMatter(call, placed, kept)
    if (isUsed) used |= 1n << BigInt(index)
  }
  return used
}

/** Whether it matters from here on that an open call has been made: a write under a fence of the past doesn't. */
function mayMatter({ event, repeats }: Call, placed: Placed, { receipt }: Modelled): boolean {
  if (repeats !== null && placed.has(repeats)) return false
  return event.call === 'claim' || (receipt !== undefined && holds(event.fence, receipt))
}

function includes(more: bigint, fewer: bigint): boolean {
  return (more & fewer) === fewer
}

function nameOf({ receipt, lateMs, claimedLateMs, since }: Modelled): string {
  if (receipt === undefined) return `nothing since ${since}`
  return JSON.stringify([lateMs, claimedLateMs, since, receipt], (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  )
}
