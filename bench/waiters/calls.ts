import type { ReceiptStore } from 'counterfoil'

/** What the engine asked its store for. */
export interface Calls {
  readonly claims: number
  readonly reads: number
  /** Of the key that was read most. */
  readonly mostReads: number
}

/** The store, counted. */
export class CountedStore {
  readonly store: ReceiptStore
  #claims = 0
  #reads = new Map<string, number>()

  constructor(store: ReceiptStore) {
    this.store = new Proxy(store, {
      get: (target, verb) => {
        const value: unknown = Reflect.get(target, verb)
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => {
          if (verb === 'claim') this.#claims += 1
          if (verb === 'read') this.#reads.set(String(args[0]), (this.#reads.get(String(args[0])) ?? 0) + 1)
          return value.apply(target, args)
        }
      },
    })
  }

  /** Since the last time. */
  take(): Calls {
    const reads = [...this.#reads.values()]
    const calls = {
      claims: this.#claims,
      reads: reads.reduce((sum, one) => sum + one, 0),
      mostReads: Math.max(0, ...reads),
    }
    this.#claims = 0
    this.#reads = new Map()
    return calls
  }
}
