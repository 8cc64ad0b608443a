import { isBusy } from './faults.ts'

// SQLite's own busy handler sleeps longer and longer, up to 100 ms at a time, so that whoever has waited longest is
// the least likely to come next. Here everybody sleeps for a short random time, and all who wait are alike.
const LONGEST_NAP_MS = 3

const sleeper = new Int32Array(new SharedArrayBuffer(4))

/** In a thread that may sleep: try until it isn't locked, or the time is over. */
export function insist<T>(forMs: number, act: () => T): T {
  const until = performance.now() + forMs
  for (;;) {
    try {
      return act()
    } catch (error) {
      if (!isBusy(error) || performance.now() >= until) throw error
      Atomics.wait(sleeper, 0, 0, napMs())
    }
  }
}

/** On the main thread, which never sleeps: the event loop runs on between one try and the next. */
export async function insistLater<T>(forMs: number, act: () => T): Promise<T> {
  const until = performance.now() + forMs
  for (;;) {
    try {
      return act()
    } catch (error) {
      if (!isBusy(error) || performance.now() >= until) throw error
      await new Promise((resolve) => setTimeout(resolve, napMs()))
    }
  }
}

function napMs(): number {
  return 0.1 + Math.random() * LONGEST_NAP_MS
}
