import type { Receipt } from '../../core/index.ts'
import type { StormEvent } from '../storm/storm-event.ts'
import type { Placed } from './placed.ts'

/**
 * Which attempts the answers that have no place in the order yet speak of. Attempts only rise, and an incarnation comes
 * back only where the claim that begins it was sent twice, so that an order in which the receipt has gone past one of them
 * is given up at once: without this, a few unanswered calls make a search of hours.
 */
export class Mentions {
  readonly #calls: Placed
  readonly #named: readonly (Attempt | undefined)[]
  readonly #left = new Map<string, number>()
  readonly #tokens = new Map<string, string>()
  /** By the incarnation, the claims that would begin it. */
  readonly #beginners: ReadonlyMap<string, readonly number[]>

  constructor(calls: Placed) {
    this.#calls = calls
    this.#named = calls.answered.map(({ event }) => attemptIn(event))
    for (const [index, { event }] of calls.answered.entries()) {
      this.taken(index)
      const { answer } = event
      if (answer.kind === 'claimed') this.#tokens.set(nameOf(answer.fence), answer.fence.token)
    }
    const all = [...calls.answered, ...calls.open].map(({ event }, number) => ({ event, number }))
    const claims = all.flatMap(({ event, number }) =>
      event.call === 'claim' ? [{ begins: event.asked.incarnation, number }] : [],
    )
    this.#beginners = new Map(
      [...Map.groupBy(claims, ({ begins }) => begins)].map(([begins, of]) => [
        begins,
        of.map(({ number }) => number),
      ]),
    )
  }

  /** Whether no answer is left behind when this call turns the receipt from the one into the other. */
  allow(before: Receipt | undefined, after: Receipt | undefined, by: number): boolean {
    const token = after && this.#tokens.get(nameOf(after))
    if (token !== undefined && token !== after?.token && !this.#mayBegin(after?.incarnation, by)) return false
    if (before === undefined) return true
    if (before.incarnation === after?.incarnation && before.attempt === after.attempt) return true
    const behind = before.incarnation === after?.incarnation ? nameOf(before) : before.incarnation
    return !this.#left.get(behind) || this.#mayBegin(before.incarnation, by)
  }

  /** Whether another claim than this may begin that incarnation from here on. */
  #mayBegin(incarnation: string | undefined, by: number): boolean {
    const beginners = incarnation === undefined ? [] : (this.#beginners.get(incarnation) ?? [])
    return beginners.some((number) => number !== by && this.#calls.mayCome(number))
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
