import type { StormEvent } from '../storm/storm-event.ts'
import { alikeBefore } from './alike.ts'
import { type Beginning, Frontier } from './frontier.ts'
import type { Moments } from './matching.ts'
import { Mentions } from './mentions.ts'
import { type Modelled, nothingKept } from './modelled.ts'
import { type Call, Order } from './order.ts'
import { after } from './receipt-model.ts'
import { type ClockOffset, momentsOf } from './store-clock.ts'
import { Tried } from './tried.ts'

export type Found =
  | { readonly kind: 'order' }
  /** There is none; how far the longest beginning of one got. */
  | { readonly kind: 'none'; readonly furthest: Furthest }
  /** It was given up after so many steps as were allowed. */
  | { readonly kind: 'undecided' }

export interface Furthest {
  readonly kept: Modelled
  /** The calls of which one would have to come next, and whose answers none of them could have got. */
  readonly stuck: readonly { readonly event: StormEvent; readonly moments: Moments }[]
}

export interface Allowed {
  /** Changes that may be tried. */
  readonly steps: number
  /** `repeats`: a claim or a renewal may have been carried out twice within its call, as where a driver sends it again. */
  readonly calls: 'once' | 'repeats'
}

/**
 * Looks for an order of one key's calls in which each takes effect between its start and its end, and gets its answer:
 * the search of Wing and Gong (1993), with Lowe's (2017) memory of what was tried. A call that changes nothing is put
 * into the order as soon as it can be, which takes nothing from any other order; so only what changes the receipt is
 * tried in turn. Unanswered calls may take effect at any time after their start, or never.
 */
export function findOrder(events: readonly StormEvent[], offset: ClockOffset, allowed: Allowed): Found {
  return new Search(events, offset, allowed).run()
}

interface Choice {
  readonly number: number
  readonly kept: Modelled
}

class Search {
  readonly #allowed: Allowed
  readonly #offset: ClockOffset
  readonly #order: Order
  readonly #mentions: Mentions
  /** Of each unanswered call, the one before it that is like it in all that matters: that one is tried first. */
  readonly #alike: readonly (number | undefined)[]
  readonly #frontier = new Frontier()
  readonly #tried = new Tried()
  #at: Beginning = {
    after: undefined,
    depth: 0,
    calls: [],
    kept: nothingKept,
    answered: 0,
    unheard: 0,
  }
  #furthestCount = -1
  #furthest: Furthest = { kept: nothingKept, stuck: [] }

  constructor(events: readonly StormEvent[], offset: ClockOffset, allowed: Allowed) {
    this.#allowed = allowed
    this.#offset = offset
    const sorted = events.toSorted((a, b) => a.startedAt - b.startedAt)
    const callOf = (event: StormEvent): Call => ({ event, moments: momentsOf(event, offset), repeats: null })
    const answered = sorted.filter(isAnswered).map(callOf)
    const unanswered = sorted.filter((event) => !isAnswered(event))
    const repeats = allowed.calls === 'repeats' ? answered.flatMap(repeatsOf) : []
    this.#order = new Order(answered, [...unanswered.map(callOf), ...repeats])
    this.#mentions = new Mentions(answered.map(({ event }) => event))
    this.#alike = alikeBefore(unanswered, events)
  }

  run(): Found {
    this.#frontier.add(this.#at)
    for (let steps = 0; steps <= this.#allowed.steps; steps += 1) {
      const beginning = this.#frontier.take()
      if (beginning === undefined) return { kind: 'none', furthest: this.#furthest }
      this.#goTo(beginning)
      this.#placeWhatChangesNothing(beginning)
      if (this.#order.count === this.#order.answered.length) return { kind: 'order' }
      if (this.#tried.add(this.#order, beginning.kept)) this.#goOnFrom(beginning)
    }
    return { kind: 'undecided' }
  }

  /** Takes back what only the last one had in it, and puts in what only this one has. */
  #goTo(beginning: Beginning): void {
    const further: Beginning[] = []
    for (let common = beginning; common !== this.#at; ) {
      if (common.depth < this.#at.depth) {
        for (const number of this.#at.calls) this.#take(number)
        this.#at = this.#at.after as Beginning
      } else {
        further.push(common)
        common = common.after as Beginning
      }
    }
    for (const { calls } of further.reverse()) for (const number of calls) this.#place(number)
    this.#at = beginning
  }

  #placeWhatChangesNothing({ kept, calls }: Beginning): void {
    for (let placedMore = true; placedMore; ) {
      placedMore = false
      for (const number of this.#order.next()) {
        const { event, moments } = this.#order.call(number)
        if (!after(kept, event, moments).includes(kept)) continue
        this.#place(number)
        calls.push(number)
        placedMore = true
      }
    }
  }

  #goOnFrom(beginning: Beginning): void {
    const { count } = this.#order
    const unheard = count > beginning.answered ? 0 : beginning.unheard
    for (const { number, kept } of this.#choicesFrom(beginning.kept)) {
      const more = this.#order.isAnswered(number)
        ? { answered: count + 1, unheard: 0 }
        : { answered: count, unheard: unheard + 1 }
      this.#frontier.add({ after: beginning, depth: beginning.depth + 1, calls: [number], kept, ...more })
    }
  }

  #choicesFrom(kept: Modelled): readonly Choice[] {
    const next = this.#order.next()
    const choices = next.flatMap((number) => {
      const { event, moments } = this.#order.call(number)
      return after(kept, event, moments).map((then): Choice => ({ number, kept: then }))
    })
    this.#remember(kept, choices, next)
    return [...choices, ...this.#openChoices(kept, next)].filter((choice) =>
      this.#mentions.allow(kept.receipt, choice.kept.receipt),
    )
  }

  #openChoices(kept: Modelled, next: readonly number[]): readonly Choice[] {
    // By then one of those that may come next has its answer: what comes before it was decided by then.
    const endsBy = Math.min(...next.map((number) => this.#order.call(number).event.endedAt))
    const to = endsBy + this.#offset.most
    const { answered, open } = this.#order
    return open.flatMap(({ event, moments, repeats }, index) => {
      const number = answered.length + index
      if (this.#order.has(number) || event.startedAt > endsBy) return []
      if (repeats !== null && this.#order.has(repeats)) return []
      const alike = this.#alike[index]
      if (alike !== undefined && !this.#order.has(answered.length + alike)) return []
      return after(kept, event, { from: moments.from, to }).map((then): Choice => ({ number, kept: then }))
    })
  }

  #remember(kept: Modelled, choices: readonly Choice[], next: readonly number[]): void {
    const { count } = this.#order
    if (count < this.#furthestCount || (count === this.#furthestCount && choices.length > 0)) return
    this.#furthestCount = count
    this.#furthest = { kept, stuck: next.map((number) => this.#order.call(number)) }
  }

  #place(number: number): void {
    this.#order.place(number)
    if (this.#order.isAnswered(number)) this.#mentions.placed(number)
  }

  #take(number: number): void {
    this.#order.take(number)
    if (this.#order.isAnswered(number)) this.#mentions.taken(number)
  }
}

export function isAnswered({ answer }: StormEvent): boolean {
  return answer.kind !== 'unknown'
}

function repeatsOf({ event, moments }: Call, number: number): readonly Call[] {
  if (event.call !== 'claim' && event.call !== 'renew') return []
  const answer = { kind: 'unknown', why: 'sent twice' } as const
  return [{ event: { ...event, answer }, moments, repeats: number }]
}
