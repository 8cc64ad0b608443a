import { holds } from '../../core/index.ts'
import type { StormEvent } from '../storm/storm-event.ts'
import { alikeBefore } from './alike.ts'
import type { Moments } from './matching.ts'
import { Mentions } from './mentions.ts'
import { type Modelled, nothingKept } from './modelled.ts'
import { after } from './receipt-model.ts'
import { type ClockOffset, momentsOf } from './store-clock.ts'

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

interface Item {
  readonly event: StormEvent
  readonly moments: Moments
  /** Of a repeat, the call that it is one of: it comes before that one's last. */
  readonly repeats: number | null
}

/** A change that is tried, and what it made possible. */
interface Frame {
  readonly choices: Choice[]
  /** Put into the order to get here, to be taken out on the way back. */
  readonly placed: readonly number[]
}

interface Choice {
  readonly item: number
  readonly kept: Modelled
}

class Search {
  readonly #allowed: Allowed
  readonly #offset: ClockOffset
  readonly #answered: readonly Item[]
  readonly #open: readonly Item[]
  /** Of each unanswered call, the one before it that is like it in all that matters: that one is tried first. */
  readonly #alike: readonly (number | undefined)[]
  /** By the item's number: those that are answered first, then the others. */
  readonly #placed: boolean[]
  readonly #tried = new Set<string>()
  readonly #mentions: Mentions
  #first = 0
  #count = 0
  #steps = 0
  #furthestCount = -1
  #furthest: Furthest = { kept: nothingKept, stuck: [] }

  constructor(events: readonly StormEvent[], offset: ClockOffset, allowed: Allowed) {
    this.#allowed = allowed
    this.#offset = offset
    const sorted = events.toSorted((a, b) => a.startedAt - b.startedAt)
    const itemOf = (event: StormEvent): Item => ({ event, moments: momentsOf(event, offset), repeats: null })
    this.#answered = sorted.filter(isAnswered).map(itemOf)
    this.#mentions = new Mentions(this.#answered.map(({ event }) => event))
    const unanswered = sorted.filter((event) => !isAnswered(event))
    this.#open = [
      ...unanswered.map(itemOf),
      ...(allowed.calls === 'repeats' ? this.#answered.flatMap(repeatsOf) : []),
    ]
    this.#alike = alikeBefore(unanswered, events)
    this.#placed = Array.from({ length: this.#answered.length + this.#open.length }, () => false)
  }

  run(): Found {
    const stack: Frame[] = []
    let kept: Modelled | undefined = nothingKept
    let placed: number[] = []
    for (;;) {
      if (kept !== undefined) {
        if (this.#placeWhatChangesNothing(kept, placed)) return { kind: 'order' }
        stack.push({ choices: this.#isNew(kept) ? this.#choicesFrom(kept) : [], placed })
      }
      const frame = stack.at(-1)
      if (frame === undefined) return { kind: 'none', furthest: this.#furthest }
      const choice = frame.choices.shift()
      if (choice === undefined) {
        stack.pop()
        for (const item of frame.placed) this.#take(item)
        kept = undefined
        continue
      }
      this.#steps += 1
      if (this.#steps > this.#allowed.steps) return { kind: 'undecided' }
      placed = [choice.item]
      this.#place(choice.item)
      kept = choice.kept
    }
  }

  /** @returns whether every answer has its place now. */
  #placeWhatChangesNothing(kept: Modelled, placed: number[]): boolean {
    for (let placedMore = true; placedMore; ) {
      placedMore = false
      for (const number of this.#next()) {
        const { event, moments } = this.#answered[number] as Item
        if (!after(kept, event, moments).includes(kept)) continue
        this.#place(number)
        placed.push(number)
        placedMore = true
      }
    }
    return this.#count === this.#answered.length
  }

  /** The answered calls that may come next: none of them started after another had ended. */
  #next(): readonly number[] {
    const next: number[] = []
    let endsBy = Number.POSITIVE_INFINITY
    for (let number = this.#first; number < this.#answered.length; number += 1) {
      if (this.#placed[number]) continue
      const { event } = this.#answered[number] as Item
      if (event.startedAt > endsBy) break
      endsBy = Math.min(endsBy, event.endedAt)
      next.push(number)
    }
    return next
  }

  #choicesFrom(kept: Modelled): Choice[] {
    const next = this.#next()
    const choices = next.flatMap((item) => {
      const { event, moments } = this.#answered[item] as Item
      return after(kept, event, moments).map((then): Choice => ({ item, kept: then }))
    })
    this.#remember(kept, choices, next)
    return [...choices, ...this.#openChoices(kept, next)].filter((choice) =>
      this.#mentions.allow(kept.receipt, choice.kept.receipt),
    )
  }

  #openChoices(kept: Modelled, next: readonly number[]): readonly Choice[] {
    // By then one of those that may come next has its answer: what comes before it was decided by then.
    const endsBy = Math.min(...next.map((item) => (this.#answered[item] as Item).event.endedAt))
    const to = endsBy + this.#offset.most
    return this.#open.flatMap(({ event, moments, repeats }, index) => {
      const item = this.#answered.length + index
      if (this.#placed[item] || event.startedAt > endsBy) return []
      if (repeats !== null && this.#placed[repeats]) return []
      const alike = this.#alike[index]
      if (alike !== undefined && !this.#placed[this.#answered.length + alike]) return []
      return after(kept, event, { from: moments.from, to }).map((then): Choice => ({ item, kept: then }))
    })
  }

  #remember(kept: Modelled, choices: readonly Choice[], next: readonly number[]): void {
    if (this.#count < this.#furthestCount || (this.#count === this.#furthestCount && choices.length > 0))
      return
    this.#furthestCount = this.#count
    this.#furthest = { kept, stuck: next.map((number) => this.#answered[number] as Item) }
  }

  /** Whether the same calls have not been in the order before with the same outcome. */
  #isNew(kept: Modelled): boolean {
    const beyond: number[] = []
    for (let number = this.#first; number < this.#answered.length; number += 1) {
      if (this.#placed[number]) beyond.push(number)
    }
    for (const [index, item] of this.#open.entries()) {
      const number = this.#answered.length + index
      if (this.#placed[number] && this.#mayMatter(item, kept)) beyond.push(number)
    }
    const name = `${this.#first} ${beyond} ${nameOf(kept)}`
    if (this.#tried.has(name)) return false
    this.#tried.add(name)
    return true
  }

  /** Whether it matters from here on that an open call has been made: a write under a fence of the past doesn't. */
  #mayMatter({ event, repeats }: Item, { receipt }: Modelled): boolean {
    if (repeats !== null && this.#placed[repeats]) return false
    return event.call === 'claim' || (receipt !== undefined && holds(event.fence, receipt))
  }

  #place(item: number): void {
    this.#placed[item] = true
    if (item >= this.#answered.length) return
    this.#mentions.placed(item)
    this.#count += 1
    while (this.#placed[this.#first] && this.#first < this.#answered.length) this.#first += 1
  }

  #take(item: number): void {
    this.#placed[item] = false
    if (item >= this.#answered.length) return
    this.#mentions.taken(item)
    this.#count -= 1
    this.#first = Math.min(this.#first, item)
  }
}

export function isAnswered({ answer }: StormEvent): boolean {
  return answer.kind !== 'unknown'
}

function repeatsOf({ event, moments }: Item, number: number): readonly Item[] {
  if (event.call !== 'claim' && event.call !== 'renew') return []
  const answer = { kind: 'unknown', why: 'sent twice' } as const
  return [{ event: { ...event, answer }, moments, repeats: number }]
}

function nameOf({ receipt, lateMs, claimedLateMs, since }: Modelled): string {
  if (receipt === undefined) return `nothing since ${since}`
  return JSON.stringify([lateMs, claimedLateMs, since, receipt], (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  )
}
