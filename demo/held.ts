/** Effects that wait where they were told to. */
export class Held {
  #waiting: (() => void)[] = []

  untilGoOn(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  goOn(): void {
    for (const goOn of this.#waiting) goOn()
    this.#waiting = []
  }
}
