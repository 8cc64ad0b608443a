import { answerWithin } from './answer-within.ts'
import type { Runtime, Timer } from './runtime.ts'

/** How long an ending that the store would not take is tried again. */
const KEEP_TRYING_MS = 600_000
const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 5_000
/** How long one try may take. */
const ANSWER_MS = 5_000

/** Writes that nobody waits for any more, but that the receipts are better for. Tried until the store takes them, for ten minutes or until the engine closes. */
export class Background {
  readonly #runtime: Runtime
  readonly #tasks = new Set<Task>()

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  keepTrying(write: () => Promise<void>): void {
    const task = new Task(write, this.#runtime, () => this.#tasks.delete(task))
    this.#tasks.add(task)
    // At once, and not after a pause: the process may be about to end.
    task.begin()
  }

  /** One last try for each. */
  async finish(): Promise<void> {
    await Promise.all([...this.#tasks].map((task) => task.lastTry()))
  }
}

class Task {
  readonly #write: () => Promise<void>
  readonly #runtime: Runtime
  readonly #done: () => void
  readonly #startedAt: number
  #pauseMs = FIRST_PAUSE_MS
  #pause: Timer | undefined
  #trying: Promise<boolean> | undefined

  constructor(write: () => Promise<void>, runtime: Runtime, done: () => void) {
    this.#write = write
    this.#runtime = runtime
    this.#done = done
    this.#startedAt = runtime.monotonicMs()
  }

  begin(): void {
    void this.#tryAgain()
  }

  #tryLater(): void {
    this.#pause = this.#runtime.after(
      this.#pauseMs * (0.5 + this.#runtime.jitter()),
      () => void this.#tryAgain(),
      'let_exit',
    )
  }

  async lastTry(): Promise<void> {
    this.#pause?.cancel()
    if (this.#trying && (await this.#trying)) return
    this.#pause?.cancel()
    await this.#try()
    this.#done()
  }

  async #tryAgain(): Promise<void> {
    this.#trying = this.#try()
    const written = await this.#trying
    this.#trying = undefined
    if (written || this.#runtime.monotonicMs() - this.#startedAt > KEEP_TRYING_MS) {
      this.#done()
      return
    }
    this.#tryLater()
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS)
  }

  async #try(): Promise<boolean> {
    try {
      await answerWithin(this.#runtime, ANSWER_MS, this.#write(), () => new Error('no answer in time'))
      return true
    } catch {
      return false // whoever asked for it was told, or has left; here it is only tried again
    }
  }
}
