import { Passing } from '../core/index.ts'
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
  /** With each id a holder that is emptied: see `Passing` for what such a table keeps. */
  readonly #open = new Map<string, { pursuits: readonly Pursuit[] }>()
  readonly #active = new Passing<Pursuit>()

  constructor(engine: Engine) {
    this.#engine = engine
  }

  has(id: string): boolean {
    return this.#open.has(id)
  }

  /** The effort that serves this call: the one under way, or a new one. */
  for(call: PreparedCall, settings: Settings, latency: Latency): Pursuit {
    const { id } = call.terms
    const underWay = this.#open.get(id)?.pursuits.find((pursuit) => pursuit.serves(call))
    return underWay ?? this.#begin(call, settings, latency)
  }

  /** Sends away who only waits, and lets what runs finish and settle. */
  async finish(): Promise<void> {
    for (const pursuit of this.#active.now()) pursuit.sendWaitersAway()
    while (!this.#active.empty) await Promise.all(this.#active.now().map(({ done }) => done))
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
    const open = this.#open.get(id)
    if (open) open.pursuits = [...open.pursuits, pursuit]
    else this.#open.set(id, { pursuits: [pursuit] })
    void pursuit.done.then(this.#active.enter(pursuit))
    return pursuit
  }

  #close(id: string, pursuit: Pursuit): void {
    const open = this.#open.get(id)
    if (open === undefined) return
    open.pursuits = open.pursuits.filter((other) => other !== pursuit)
    if (open.pursuits.length === 0) this.#open.delete(id)
  }
}
