import { randomFillSync } from 'node:crypto'
import type { ReachCrashPoint } from '../core/index.ts'
import { SharedTimers, type Timer } from './shared-timers.ts'

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

export type { Timer }

const timers = new SharedTimers()

export const nodeRuntime: Runtime = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  random: randomText,
  jitter: () => Math.random(),
  after: (ms, then, process) => timers.after(ms, then, process),
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

/** How far the two clocks may drift apart before it counts: the wall clock's readings are whole milliseconds. */
const DRIFT_MS = 20

/**
 * Time gone by, by the monotonic clock, and by the wall clock where that has moved on further: the monotonic one stops
 * while a machine is suspended. Where the wall clock is set back, only that is forgotten.
 */
export function elapsedClock(runtime: Runtime): () => number {
  const began = runtime.monotonicMs()
  let ahead = 0
  let monotonic = began
  let wall = runtime.wallMs()
  return () => {
    const monotonicNow = runtime.monotonicMs()
    const wallNow = runtime.wallMs()
    const drift = wallNow - wall - (monotonicNow - monotonic)
    if (Math.abs(drift) > DRIFT_MS) {
      ahead += Math.max(0, drift)
      monotonic = monotonicNow
      wall = wallNow
    }
    return monotonicNow - began + ahead
  }
}
