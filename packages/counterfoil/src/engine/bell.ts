import type { Runtime } from './runtime.ts'

/** Rung by anybody, heard by one. A ring that comes while nobody listens is heard at the next wait: none is lost. */
export class Bell {
  readonly #runtime: Runtime
  #rung = false
  #hear: (() => void) | undefined

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  ring(): void {
    this.#rung = true
    this.#hear?.()
  }

  /** Until it is rung, or for `atMostMs`. */
  async wait(atMostMs: number): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const timer = this.#runtime.after(atMostMs, resolve, 'keep_alive')
        this.#hear = () => {
          timer.cancel()
          resolve()
        }
      })
    }
    this.#hear = undefined
    this.#rung = false
  }
}
