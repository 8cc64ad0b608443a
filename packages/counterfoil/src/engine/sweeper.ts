import type { Engine } from './engine.ts'
import type { Timer } from './runtime.ts'

/** The pause between two batches while more is due, so that claims come in between. */
const BETWEEN_BATCHES_MS = 50

export interface SweepTerms {
  readonly everyMs: number
  /** Receipts a batch. */
  readonly batch: number
}

/** Sweeps by itself: in bounded batches, jittered so that many processes don't sweep in step. */
export class Sweeper {
  readonly #engine: Engine
  readonly #terms: SweepTerms
  #timer: Timer
  #sweeping: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(engine: Engine, terms: SweepTerms) {
    this.#engine = engine
    this.#terms = terms
    this.#timer = this.#next(terms.everyMs)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#timer.cancel()
    await this.#sweeping
  }

  #next(ms: number): Timer {
    const act = (): void => {
      this.#sweeping = this.#batch().then((more) => {
        if (!this.#stopped) this.#timer = this.#next(more ? BETWEEN_BATCHES_MS : this.#terms.everyMs)
      })
    }
    return this.#engine.runtime.after(ms * (0.5 + this.#engine.runtime.jitter()), act, 'let_exit')
  }

  async #batch(): Promise<boolean> {
    const { store, events } = this.#engine
    try {
      const { dropped, removed, entombed, more } = await store.sweep(this.#terms.batch)
      for (const receipt of entombed) events.emit({ type: 'entombed', ...receipt })
      if (dropped + removed > 0) events.emit({ type: 'swept', dropped, removed })
      return more
    } catch (error) {
      events.emit({ type: 'sweep_failed', error })
      return false
    }
  }
}
