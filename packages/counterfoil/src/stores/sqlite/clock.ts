import type { StoreTime } from '../../core/index.ts'

/**
 * The store's clock: this machine's wall clock, but never running backwards. Where the wall clock is set back, time
 * goes on by the monotonic clock from the latest moment seen, so that leases and expiries keep their length.
 *
 * Other processes on the file, and those that come after a restart, learn the latest moment from a high-water mark in
 * the file: see `MARK_EVERY_MS`.
 */
export interface StoreClock {
  now(): StoreTime
  /** Somebody else on the same file has seen this moment: it is now, or past. */
  observe(moment: StoreTime): void
}

/**
 * The mark is written along with whatever is written anyway, once the clock is this far ahead of it; so it costs
 * nothing per call. It is read in every transaction. After a step of the wall clock backwards, of any size, two
 * processes, or one before and after its restart, may therefore differ by this much, and a lease seem that much shorter.
 */
export const MARK_EVERY_MS = 1000

export function storeClock(
  wallClock: () => number = Date.now,
  monotonicClock: () => number = () => performance.now(),
): StoreClock {
  // The wall clock is read before the monotonic one, always: a thread that is stopped between the two then runs behind
  // for as long, until the wall clock puts it right; the other way round it would run ahead of all others for good.
  let seen = Math.ceil(wallClock())
  let seenAt = monotonicClock()
  const see = (moment: StoreTime, at: number): void => {
    seen = moment
    seenAt = at
  }
  return {
    now() {
      const wall = Math.ceil(wallClock())
      const at = monotonicClock()
      const elapsed = seen + Math.max(0, Math.floor(at - seenAt))
      if (wall >= elapsed) see(wall, at)
      return Math.max(wall, elapsed)
    },
    observe(moment) {
      const at = monotonicClock()
      if (moment > seen + Math.max(0, Math.floor(at - seenAt))) see(moment, at)
    },
  }
}
