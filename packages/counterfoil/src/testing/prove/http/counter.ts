import { setTimeout } from 'node:timers/promises'
import { Unmeasured } from './ruling.ts'

/** How many effects a key has had since the round began. */
export type Effects =
  | { readonly kind: 'not_counted' }
  | { readonly kind: 'counted'; readonly effects: number }

export interface Expected {
  readonly least: number
  readonly most: number
}

/** What to give where nobody counts. */
export const toCount =
  'a way to count effects (--count-url, --count-sql or --count-cmd; countEffects in a test)'

/** Effects may come after their answers, but not long after: a count that rests for this long is taken for the last one. */
const RESTS_MS = 200
/** How long the effect of an answer that was given is waited for. */
const COMES_WITHIN_MS = 5000
const LOOKS_EVERY_MS = 100

const ANSWERS_WITHIN_MS = 30_000

/** Asks the user's counter, and takes nothing for a number that is none. */
export class Counter {
  readonly #count: (key: string) => Promise<number>
  readonly #before = new Map<string, number>()

  constructor(count: (key: string) => Promise<number>) {
    this.#count = count
  }

  /** What comes later is counted from here. */
  async begin(key: string): Promise<void> {
    this.#before.set(key, await this.#ask(key))
  }

  async now(key: string): Promise<number> {
    return (await this.#ask(key)) - (this.#before.get(key) ?? 0)
  }

  /** Once it rests, at least as high as expected; or once it is too high, or nothing more is waited for. */
  async settled(key: string, { least, most }: Expected, signal?: AbortSignal): Promise<number> {
    const endsAt = performance.now() + COMES_WITHIN_MS
    let seen = await this.now(key)
    let restsFrom = performance.now()
    for (;;) {
      const now = performance.now()
      if (seen > most || now > endsAt || (seen >= least && now - restsFrom >= RESTS_MS)) return seen
      await setTimeout(LOOKS_EVERY_MS, undefined, signal === undefined ? {} : { signal })
      const again = await this.now(key)
      if (again !== seen) restsFrom = performance.now()
      seen = again
    }
  }

  async #ask(key: string): Promise<number> {
    let answer: unknown
    try {
      answer = await inTime(this.#count(key))
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new Unmeasured(`The effects could not be counted: ${why}`)
    }
    if (!Number.isInteger(answer) || (answer as number) < 0) {
      throw new Unmeasured('The effects could not be counted: the count is no whole number from 0.')
    }
    return answer as number
  }
}

async function inTime<T>(count: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = globalThis.setTimeout(() => {
    late.reject(new Error(`there was no count within ${ANSWERS_WITHIN_MS / 1000} s.`))
  }, ANSWERS_WITHIN_MS)
  try {
    return await Promise.race([count, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
