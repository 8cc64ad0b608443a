import type { Engine } from './engine.ts'
import type { Operation } from './operation.ts'
import type { Timer } from './runtime.ts'

/** Recovers an operation's abandoned receipts by itself, jittered so that many processes don't do it in step. */
export class RecoveryTimer {
  readonly #engine: Engine
  readonly #operation: Pick<Operation, 'name' | 'recoverAbandoned'>
  readonly #everyMs: number
  #timer: Timer
  #recovering: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(engine: Engine, operation: Pick<Operation, 'name' | 'recoverAbandoned'>, everyMs: number) {
    this.#engine = engine
    this.#operation = operation
    this.#everyMs = everyMs
    this.#timer = this.#next()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#timer.cancel()
    await this.#recovering
  }

  #next(): Timer {
    const { runtime } = this.#engine
    const act = (): void => {
      this.#recovering = this.#recover().then(() => {
        if (!this.#stopped) this.#timer = this.#next()
      })
    }
    return runtime.after(this.#everyMs * (0.5 + runtime.jitter()), act, 'let_exit')
  }

  async #recover(): Promise<void> {
    try {
      await this.#operation.recoverAbandoned()
    } catch (error) {
      this.#engine.events.emit({ type: 'recovery_failed', operation: this.#operation.name, error })
    }
  }
}
