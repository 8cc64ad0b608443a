import type { CrashPoint, Runtime } from '../../../src/index.ts'
import { seeded } from '../../../src/testing/random.ts'
import type { Planned, VirtualTime } from './virtual-time.ts'

/** Thrown out of the code that a crash stops; nothing after it runs in that process. */
class Crashed extends Error {}

/**
 * A process on a virtual machine: whatever reaches it from outside (a timer, a store's answer, a caller) passes
 * `deliver`. A crashed one hears nothing any more; a suspended one hears it when it is resumed, and its monotonic
 * clock has stood still until then.
 */
export class Machine {
  readonly name: string
  readonly runtime: Runtime
  /** The crash point at which it dies; the count tells which passage. */
  dieAt: { readonly point: CrashPoint; passagesLeft: number } | undefined
  state: 'up' | 'suspended' | 'crashed' = 'up'
  /** Once suspended its timers may be late, for good. */
  wasSuspended = false
  readonly #time: VirtualTime
  readonly #timers = new Set<Planned>()
  readonly #unheard: (() => void)[] = []
  #suspendedAt = 0
  #suspendedMs = 0

  constructor(name: string, time: VirtualTime, seed: number, wallSkewMs = 0) {
    this.name = name
    this.#time = time
    const random = seeded(seed)
    let texts = 0
    this.runtime = {
      monotonicMs: () => this.#monotonicMs(),
      wallMs: () => time.now + wallSkewMs,
      random: () => `${name}-${++texts}-${random.int(2 ** 32).toString(36)}`,
      jitter: () => random.int(2 ** 32) / 2 ** 32,
      after: (ms, then) => this.#after(ms, then),
      reach: (point) => this.#reach(point),
    }
  }

  /** Timers of its own that are still to fire. */
  get timers(): number {
    return this.#timers.size
  }

  deliver(what: () => void): void {
    if (this.state === 'up') what()
    else if (this.state === 'suspended') this.#unheard.push(what)
  }

  crash(): void {
    this.state = 'crashed'
    this.#unheard.length = 0
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
  }

  suspend(): void {
    if (this.state !== 'up') return
    this.state = 'suspended'
    this.wasSuspended = true
    this.#suspendedAt = this.#time.now
  }

  /** Everything unheard is heard at this very moment, each as a happening of its own. */
  resume(): void {
    if (this.state !== 'suspended') return
    this.state = 'up'
    this.#suspendedMs += this.#time.now - this.#suspendedAt
    for (const what of this.#unheard.splice(0)) this.#time.after(0, () => this.deliver(what))
  }

  #monotonicMs(): number {
    const stoodStill =
      this.#suspendedMs + (this.state === 'suspended' ? this.#time.now - this.#suspendedAt : 0)
    return this.#time.now - stoodStill
  }

  #after(ms: number, then: () => void): Planned {
    if (this.state === 'crashed') return { cancel: () => undefined }
    const dueAt = this.#monotonicMs() + Math.max(0, ms)
    let planned: Planned
    const timer: Planned = {
      cancel: () => {
        this.#timers.delete(timer)
        planned.cancel()
      },
    }
    const look = (): void => {
      if (!this.#timers.has(timer)) return
      const leftMs = dueAt - this.#monotonicMs()
      if (leftMs > 0) {
        planned = this.#time.after(leftMs, fire)
        return
      }
      this.#timers.delete(timer)
      then()
    }
    const fire = (): void => this.deliver(look)
    this.#timers.add(timer)
    planned = this.#time.after(ms, fire)
    return timer
  }

  #reach(point: CrashPoint): void {
    const die = this.dieAt
    if (die?.point !== point || this.state === 'crashed') return
    die.passagesLeft -= 1
    if (die.passagesLeft > 0) return
    this.crash()
    throw new Crashed(`${this.name} crashed at ${point}`)
  }
}
