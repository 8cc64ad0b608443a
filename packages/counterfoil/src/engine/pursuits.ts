import type { PreparedCall } from './call.ts'
import type { Engine } from './engine.ts'
import type { Latency } from './latency.ts'
import { Pursuit } from './pursuit.ts'
import type { Settings } from './settings.ts'

/**
 * This process's efforts, at most one of them open to callers for each request. Different requests under one key have
 * one each: the store tells them apart.
 */
export class Pursuits {
  readonly #engine: Engine
  readonly #open = new Map<string, readonly Pursuit[]>()
  readonly #active = new Set<Pursuit>()

  constructor(engine: Engine) {
    this.#engine = engine
  }

  has(id: string): boolean {
    return this.#open.has(id)
  }

  /** The effort that serves this call: the one under way, or a new one. */
  for(call: PreparedCall, settings: Settings, latency: Latency): Pursuit {
    const { id } = call.terms
    const underWay = this.#open.get(id)?.find((pursuit) => pursuit.serves(call))
    return underWay ?? this.#begin(call, settings, latency)
  }

  /** Sends away who only waits, and lets what runs finish and settle. */
  async finish(): Promise<void> {
    for (const pursuit of this.#active) pursuit.sendWaitersAway()
    while (this.#active.size > 0) await Promise.all([...this.#active].map(({ done }) => done))
  }

  #begin(call: PreparedCall, settings: Settings, latency: Latency): Pursuit {
    const { id } = call.terms
    const pursuit: Pursuit = new Pursuit(
      this.#engine,
      settings,
      latency,
      call,
      () => this.#close(id, pursuit),
      (callers) => this.#begin(call, settings, latency).adopt(callers),
    )
    this.#active.add(pursuit)
    this.#open.set(id, [...(this.#open.get(id) ?? []), pursuit])
    void pursuit.done.then(() => this.#active.delete(pursuit))
    return pursuit
  }

  #close(id: string, pursuit: Pursuit): void {
    const others = (this.#open.get(id) ?? []).filter((open) => open !== pursuit)
    if (others.length > 0) this.#open.set(id, others)
    else this.#open.delete(id)
  }
}
