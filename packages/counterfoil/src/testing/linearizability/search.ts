import type { StormEvent } from '../storm/storm-event.ts'
import { alikeBefore } from './alike.ts'
import { type Beginning, type Choice, Frontier } from './frontier.ts'
import type { Moments } from './matching.ts'
import { Mentions } from './mentions.ts'
import { type Modelled, nothingKept } from './modelled.ts'
import { type Call, Placed } from './placed.ts'
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
 * the question of Wing and Gong (1993), with Lowe's (2017) memory of what was tried. Unanswered calls may take effect at
 * any time after their start, or never; which of them did is most of the work (`Frontier`).
 *
 * A call that changes nothing is put into the order as soon as it can be, which takes nothing from any other order, but
 * for a call whose copy may have led to its answer. So only changes are tried in turn.
 */
export function findOrder(events: readonly StormEvent[], offset: ClockOffset, allowed: Allowed): Found {
  return new Search(events, offset, allowed).run()
}

const namesNoAttempt: ReadonlySet<string> = new Set([
  'nothing_to_recover',
  'expired',
  'ended',
  'conflict',
  'forbidden',
  'other_algorithm',
])

const nothing: Beginning = { continues: undefined, depth: 0, calls: [], kept: nothingKept, unheard: 0 }

class Search {
  readonly #allowed: Allowed
  readonly #offset: ClockOffset
  readonly #placed: Placed
  /** Of each answered call that may have been sent twice, its copy. */
  readonly #copies: ReadonlyMap<number, number>
  readonly #mentions: Mentions
  /** Of each unanswered call, the one before it that is like it in all that matters: that one is tried first. */
  readonly #alike: readonly (number | undefined)[]
  readonly #frontier = new Frontier()
  readonly #tried = new Tried()
  #at = nothing
  #furthestCount = -1
  #isStuck = false
  #furthest: Furthest = { kept: nothingKept, stuck: [] }

  constructor(events: readonly StormEvent[], offset: ClockOffset, allowed: Allowed) {
    this.#allowed = allowed
    this.#offset = offset
    const sorted = events.toSorted((a, b) => a.startedAt - b.startedAt)
    const callOf = (event: StormEvent): Call => ({
      event,
      moments: momentsOf(event, offset),
      repeats: null,
    })
    const answered = sorted.filter(isAnswered).map(callOf)
    const unanswered = sorted.filter((event) => !isAnswered(event))
    const repeats = allowed.calls === 'repeats' ? answered.flatMap(repeatsOf) : []
    this.#placed = new Placed(answered, [...unanswered.map(callOf), ...repeats])
    this.#copies = new Map(
      repeats.flatMap((copy, index) =>
        copy.repeats === null ? [] : [[copy.repeats, answered.length + unanswered.length + index] as const],
      ),
    )
    this.#mentions = new Mentions(this.#placed)
    this.#alike = alikeBefore(unanswered, events)
  }

  run(): Found {
    if (this.#visit(nothing)) return { kind: 'order' }
    for (let steps = 0; ; ) {
      const rows = steps % 2 === 0 ? 'shortest' : 'longest'
      const branch = this.#frontier.next(rows)
      if (branch === undefined) return { kind: 'none', furthest: this.#furthest }
      this.#goTo(branch.from)
      const choice = branch.choices.next()
      if (choice.done) {
        this.#frontier.drop(rows)
        continue
      }
      if (steps === this.#allowed.steps) return { kind: 'undecided' }
      steps += 1
      const { number, kept } = choice.value
      const { from, unheard } = branch
      if (this.#visit({ continues: from, depth: from.depth + 1, calls: [number], kept, unheard }))
        return { kind: 'order' }
    }
  }

  /** Leaves its branches to be followed. @returns whether every answer has its place now. */
  #visit(change: Beginning): boolean {
    this.#goTo(change)
    const idle = this.#placeWhatChangesNothing(change.kept)
    const beginning: Beginning = {
      ...change,
      calls: [...change.calls, ...idle],
      unheard: idle.length > 0 ? 0 : change.unheard,
    }
    this.#at = beginning
    if (this.#placed.count === this.#placed.answered.length) return true
    if (this.#tried.add(this.#placed, beginning.kept)) this.#addBranches(beginning)
    return false
  }

  /** Takes back what is in the last one alone, and puts in what is in this one alone. */
  #goTo(beginning: Beginning): void {
    const toPlace: Beginning[] = []
    let ancestor = beginning
    while (ancestor !== this.#at) {
      if (ancestor.depth >= this.#at.depth) {
        toPlace.push(ancestor)
        ancestor = ancestor.continues ?? nothing
      } else {
        for (const number of this.#at.calls) this.#take(number)
        this.#at = this.#at.continues ?? nothing
      }
    }
    for (const { calls } of toPlace.reverse()) for (const number of calls) this.#place(number)
    this.#at = beginning
  }

  #placeWhatChangesNothing(kept: Modelled): readonly number[] {
    const idle: number[] = []
    for (let placedMore = true; placedMore; ) {
      placedMore = false
      for (const number of this.#placed.next()) {
        const { event, moments } = this.#placed.call(number)
        if (this.#mayWaitForItsCopy(number) || !after(kept, event, moments).includes(kept)) continue
        this.#place(number)
        idle.push(number)
        placedMore = true
      }
    }
    return idle
  }

  /**
   * Whether a copy of this call may still come before it, and be what leads to its answer: one that names an attempt isn't
   * given any more once a copy has begun another, but these may.
   */
  #mayWaitForItsCopy(number: number): boolean {
    const copy = this.#copies.get(number)
    return (
      copy !== undefined &&
      !this.#placed.has(copy) &&
      namesNoAttempt.has(this.#placed.call(number).event.answer.kind)
    )
  }

  #addBranches(from: Beginning): void {
    const next = this.#placed.next()
    const answered = this.#answeredChoices(from.kept, next)
    this.#remember(from.kept, answered, next)
    const { count } = this.#placed
    const unheard = from.unheard + 1
    this.#frontier.add({ from, choices: this.#openChoices(from.kept, next), answered: count, unheard })
    const allowed = answered.filter(({ number, kept }) =>
      this.#mentions.allow(from.kept.receipt, kept.receipt, number),
    )
    this.#frontier.add({ from, choices: allowed.values(), answered: count + 1, unheard: 0 })
  }

  #answeredChoices(kept: Modelled, next: readonly number[]): readonly Choice[] {
    return next.flatMap((number) => {
      const { event, moments } = this.#placed.call(number)
      return after(kept, event, moments).map((then): Choice => ({ number, kept: then }))
    })
  }

  *#openChoices(kept: Modelled, next: readonly number[]): Generator<Choice, undefined> {
    // By then one of those that may come next has its answer: what comes before it was decided by then.
    const endsBy = Math.min(...next.map((number) => this.#placed.call(number).event.endedAt))
    const to = endsBy + this.#offset.most
    const { answered, open } = this.#placed
    for (const [index, { event, moments }] of open.entries()) {
      const number = answered.length + index
      if (event.startedAt > endsBy || !this.#placed.mayCome(number)) continue
      const alike = this.#alike[index]
      if (alike !== undefined && !this.#placed.has(answered.length + alike)) continue
      for (const then of after(kept, event, { from: moments.from, to })) {
        if (this.#mentions.allow(kept.receipt, then.receipt, number)) yield { number, kept: then }
      }
    }
  }

  /** Of those that got equally far, the first: it took the fewest unheard calls for carried out. */
  #remember(kept: Modelled, choices: readonly Choice[], next: readonly number[]): void {
    const { count } = this.#placed
    const isStuck = choices.length === 0
    if (count < this.#furthestCount) return
    if (count === this.#furthestCount && (this.#isStuck || !isStuck)) return
    this.#furthestCount = count
    this.#isStuck = isStuck
    this.#furthest = { kept, stuck: next.map((number) => this.#placed.call(number)) }
  }

  #place(number: number): void {
    this.#placed.place(number)
    this.#mentions.placed(number)
  }

  #take(number: number): void {
    this.#placed.take(number)
    this.#mentions.taken(number)
  }
}

export function isAnswered({ answer }: StormEvent): boolean {
  return answer.kind !== 'unknown'
}

/** As where a driver sends what it had no answer to over a new connection. */
function repeatsOf({ event, moments }: Call, number: number): readonly Call[] {
  if (event.call !== 'claim' && event.call !== 'renew') return []
  const answer = { kind: 'unknown', why: 'sent twice' } as const
  return [{ event: { ...event, answer }, moments, repeats: number }]
}
