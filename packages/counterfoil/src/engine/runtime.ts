import { randomFillSync } from 'node:crypto'
import type { ReachCrashPoint } from '../core/index.ts'

/** All the time and randomness that the engine has, so that a test can put a virtual clock and a seed in their place. */
export interface Runtime {
  /** Milliseconds that only rise; they may stand still while the machine is suspended. */
  monotonicMs(): number
  /** Milliseconds since the epoch; they may jump. */
  wallMs(): number
  /** Unguessable text, new each time. */
  random(): string
  /** From 0 up to, not including, 1: to spread what would otherwise happen at once. */
  jitter(): number
  /** Calls `then` after `ms`. A call that waits keeps the process alive; what goes on in the background doesn't. */
  after(ms: number, then: () => void, process: 'keep_alive' | 'let_exit'): Timer
  /** Passed at each crash point; for tests. */
  readonly reach?: ReachCrashPoint
}

export interface Timer {
  cancel(): void
}

export const nodeRuntime: Runtime = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  random: randomText,
  jitter: () => Math.random(),
  after(ms, then, process) {
    // Beyond 2^31-1 ms setTimeout fires at once; the callers look at the clock again when it does fire.
    const timer = setTimeout(then, Math.min(ms, 0x7fffffff))
    if (process === 'let_exit') timer.unref()
    return { cancel: () => clearTimeout(timer) }
  },
}

const RANDOM_BYTES = 16
const pool = Buffer.alloc(256 * RANDOM_BYTES)
let drawn = pool.length

/**
 * 128 bits as hex. Not `randomUUID`: that is a rope of twenty pieces, and a receipt that keeps two of them for a day
 * takes half its memory for it (`npm run bench -- --profile`).
 */
function randomText(): string {
  if (drawn === pool.length) {
    randomFillSync(pool)
    drawn = 0
  }
  drawn += RANDOM_BYTES
  return pool.toString('hex', drawn - RANDOM_BYTES, drawn)
}

/**
 * Time gone by, counted as the larger of the monotonic and the wall clock's: the monotonic one stops while a machine
 * is suspended, and the wall clock may be set back.
 */
export function elapsedClock(runtime: Runtime): () => number {
  let elapsed = 0
  let monotonic = runtime.monotonicMs()
  let wall = runtime.wallMs()
  return () => {
    const monotonicNow = runtime.monotonicMs()
    const wallNow = runtime.wallMs()
    elapsed += Math.max(0, monotonicNow - monotonic, wallNow - wall)
    monotonic = monotonicNow
    wall = wallNow
    return elapsed
  }
}
