import { NoAnswer } from './faults.ts'

interface Waiting {
  readonly until: number
  readonly giveUp: () => void
  answered: boolean
}

/**
 * Bounds every answer by the same time, with one timer for all of them: they end in the order in which they began. A
 * timer for each would cost a command 1 µs more.
 */
export class Deadline {
  readonly ms: number
  #waiting: Waiting[] = []
  /** Those before it are answered. */
  #first = 0
  #timer: NodeJS.Timeout | undefined

  constructor(ms: number) {
    this.ms = ms
  }

  /** @throws {NoAnswer} where the answer took too long: what was asked for may still happen. */
  within<T>(answer: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const waiting: Waiting = {
        until: performance.now() + this.ms,
        giveUp: () => reject(new NoAnswer(this.ms)),
        answered: false,
      }
      this.#forget()
      this.#waiting.push(waiting)
      this.#timer ??= this.#next(this.ms)
      answer.then(
        (value) => {
          waiting.answered = true
          resolve(value)
        },
        (error: unknown) => {
          waiting.answered = true
          reject(error)
        },
      )
    })
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  /** The process may end meanwhile: an open connection keeps it, not this. */
  #next(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#look(), ms).unref()
  }

  #look(): void {
    const now = performance.now()
    for (const waiting of this.#waiting.slice(this.#first)) {
      if (waiting.until > now) break
      if (!waiting.answered) waiting.giveUp()
      waiting.answered = true
    }
    this.#forget()
    const first = this.#waiting[this.#first]
    this.#timer = first === undefined ? undefined : this.#next(Math.max(1, first.until - now))
  }

  /** Those at the front that are over, so that the queue holds little more than what is under way. */
  #forget(): void {
    while (this.#waiting[this.#first]?.answered) this.#first += 1
    if (this.#first < 1024 && this.#first < this.#waiting.length) return
    this.#waiting = this.#waiting.slice(this.#first)
    this.#first = 0
  }
}
