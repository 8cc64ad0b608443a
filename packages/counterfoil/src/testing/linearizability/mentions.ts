import type { Receipt } from '../../core/index.ts'
import type { StormEvent } from '../storm/storm-event.ts'

/**
 * Which attempts the answers that have no place in the order yet speak of. Attempts only rise and an incarnation never
 * comes back, so that an order in which the receipt has gone past one of them is given up at once: without this, a few
 * unanswered calls make a search of hours.
 */
export class Mentions {
  readonly #named: readonly (Attempt | undefined)[]
  readonly #left = new Map<string, number>()
  readonly #tokens = new Map<string, string>()

  constructor(answered: readonly StormEvent[]) {
    this.#named = answered.map(attemptIn)
    for (const [index, event] of answered.entries()) {
      this.taken(index)
      const { answer } = event
      if (answer.kind === 'claimed') this.#tokens.set(nameOf(answer.fence), answer.fence.token)
    }
  }

  /** Whether no answer is left behind when the receipt goes from the one to the other. */
  allow(before: Receipt | undefined, after: Receipt | undefined): boolean {
    const token = after && this.#tokens.get(nameOf(after))
    if (token !== undefined && token !== after?.token) return false
    if (before === undefined) return true
    if (before.incarnation !== after?.incarnation) return !this.#left.get(before.incarnation)
    return before.attempt === after.attempt || !this.#left.get(nameOf(before))
  }

  placed(index: number): void {
    this.#count(index, -1)
  }

  taken(index: number): void {
    this.#count(index, 1)
  }

  #count(index: number, by: number): void {
    const attempt = this.#named[index]
    if (attempt === undefined) return
    for (const name of [attempt.incarnation, nameOf(attempt)]) {
      this.#left.set(name, (this.#left.get(name) ?? 0) + by)
    }
  }
}

interface Attempt {
  readonly incarnation: string
  readonly attempt: number
}

/** The attempt that the receipt was at when this was answered. */
export function attemptIn({ answer }: StormEvent): Attempt | undefined {
  switch (answer.kind) {
    case 'claimed':
      return answer.fence
    case 'replay':
    case 'in_progress':
    case 'abandoned':
      return answer
    case 'written':
      return answer.stored ?? undefined
    default:
      return undefined
  }
}

function nameOf({ incarnation, attempt }: Attempt): string {
  return `${incarnation} ${attempt}`
}
