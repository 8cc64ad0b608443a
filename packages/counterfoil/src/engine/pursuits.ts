import { Passing } from '../core/index.ts'
import type { PreparedCall } from './call.ts'
import type { Caller, Conclusion } from './caller.ts'
import type { Engine } from './engine.ts'
import type { Latency } from './latency.ts'
import { type Home, type JoiningCall, Pursuit } from './pursuit.ts'
import type { Settings } from './settings.ts'

/**
 * This process's efforts, at most one of them open to callers for each request. Different requests under one key have
 * one each: the store tells them apart.
 */
export class Pursuits implements Home {
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

  /**
   * Has the call served by the effort that is under way for it, or by a new one.
   * @throws whatever the caller's conclusion is, at once or by the promise
   */
  join(of: JoiningCall, settings: Settings, latency: Latency): Promise<Conclusion> {
    const { call } = of
    const underWay = this.#open.get(call.terms.id)?.pursuits.find((pursuit) => pursuit.serves(call))
    if (underWay) return underWay.join(of)
    const pursuit = this.#opened(call, settings, latency)
    try {
      return pursuit.join(of)
    } finally {
      pursuit.begin(this.#active.enter(pursuit))
    }
  }

  adopt(callers: readonly Caller[], call: PreparedCall, settings: Settings, latency: Latency): void {
    const pursuit = this.#opened(call, settings, latency)
    pursuit.adopt(callers)
    pursuit.begin(this.#active.enter(pursuit))
  }

  /** Sends away who only waits, and lets what runs finish and settle. */
  async finish(): Promise<void> {
    for (const pursuit of this.#active.now()) pursuit.sendWaitersAway()
    while (!this.#active.empty) await Promise.all(this.#active.now().map(({ done }) => done))
  }

  #opened(call: PreparedCall, settings: Settings, latency: Latency): Pursuit {
    const { id } = call.terms
    const pursuit = new Pursuit(this.#engine, settings, latency, call, this)
    const open = this.#open.get(id)
    if (open) open.pursuits = [...open.pursuits, pursuit]
    else this.#open.set(id, { pursuits: [pursuit] })
    return pursuit
  }

  close(id: string, pursuit: Pursuit): void {
    const open = this.#open.get(id)
    if (open === undefined) return
    open.pursuits = open.pursuits.filter((other) => other !== pursuit)
    if (open.pursuits.length === 0) this.#open.delete(id)
  }
}
