import type { StormEvent } from '../storm/storm-event.ts'
import type { Moments } from './matching.ts'

export interface Call {
  readonly event: StormEvent
  readonly moments: Moments
  /** Of a copy that a driver may have sent before, the number of the call that it is one of; of any other call nothing. */
  readonly repeats: number | null
}

/** The calls of a key that have their place by now. A call's number is that in `answered`, and behind these in `open`. */
export class Placed {
  /** By their start. */
  readonly answered: readonly Call[]
  /** Those that may never have been carried out. */
  readonly open: readonly Call[]
  readonly #placed: boolean[]
  /** All answered calls before this one have their place. */
  #first = 0
  #count = 0

  constructor(answered: readonly Call[], open: readonly Call[]) {
    this.answered = answered
    this.open = open
    this.#placed = Array.from({ length: answered.length + open.length }, () => false)
  }

  /** How many of the answered calls have their place. */
  get count(): number {
    return this.#count
  }

  has(number: number): boolean {
    return this.#placed[number] as boolean
  }

  call(number: number): Call {
    return (this.answered[number] ?? this.open[number - this.answered.length]) as Call
  }

  isAnswered(number: number): boolean {
    return number < this.answered.length
  }

  place(number: number): void {
    this.#placed[number] = true
    if (!this.isAnswered(number)) return
    this.#count += 1
    while (this.#placed[this.#first] && this.#first < this.answered.length) this.#first += 1
  }

  take(number: number): void {
    this.#placed[number] = false
    if (!this.isAnswered(number)) return
    this.#count -= 1
    this.#first = Math.min(this.#first, number)
  }

  /** The answered calls that may come next: those that started before any other that is left had ended. */
  next(): readonly number[] {
    const next: number[] = []
    let endsBy = Number.POSITIVE_INFINITY
    for (let number = this.#first; number < this.answered.length; number += 1) {
      if (this.#placed[number]) continue
      const { event } = this.call(number)
      if (event.startedAt > endsBy) break
      endsBy = Math.min(endsBy, event.endedAt)
      next.push(number)
    }
    return next
  }

  /** Whether this call may have its place from here on: a copy comes before the one that was answered. */
  mayCome(number: number): boolean {
    const { repeats } = this.call(number)
    return !this.has(number) && !(repeats !== null && this.has(repeats))
  }

  /** The same for the same answered calls. */
  nameOfAnswered(): string {
    const beyond: number[] = []
    for (let number = this.#first; number < this.answered.length; number += 1) {
      if (this.#placed[number]) beyond.push(number)
    }
    return `${this.#first} ${beyond}`
  }
}
