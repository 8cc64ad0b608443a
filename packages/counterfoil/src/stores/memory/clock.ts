import type { StoreTime } from '../../core/index.ts'

/**
 * A clock that never runs backwards: where the one beneath is set back, time stands still until that has caught up,
 * so that a lease may last longer for it, and never shorter.
 */
export function steadyClock(wallClock: () => StoreTime, highWaterMark: StoreTime = 0): () => StoreTime {
  let latest = highWaterMark
  return () => {
    latest = Math.max(latest, wallClock())
    return latest
  }
}
