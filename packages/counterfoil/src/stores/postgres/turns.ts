/** So many at a time, in the order in which they came. */
export class Turns {
  readonly #most: number
  #running = 0
  readonly #waiting = new Set<() => void>()

  constructor(most: number) {
    this.#most = most
  }

  /** @throws what `late` gives, where no turn comes within the time; `act` is not called then. */
  async take<T>(withinMs: number, late: () => unknown, act: () => Promise<T>): Promise<T> {
    await this.#turn(withinMs, late)
    try {
      return await act()
    } finally {
      const [next] = this.#waiting
      if (next === undefined) this.#running -= 1
      else next()
    }
  }

  async #turn(withinMs: number, late: () => unknown): Promise<void> {
    if (this.#running < this.#most) {
      this.#running += 1
      return
    }
    await new Promise<void>((resolve, reject) => {
      const bound = setTimeout(() => {
        this.#waiting.delete(begin)
        reject(late())
      }, withinMs)
      const begin = (): void => {
        clearTimeout(bound)
        this.#waiting.delete(begin)
        resolve()
      }
      this.#waiting.add(begin)
    })
  }
}
