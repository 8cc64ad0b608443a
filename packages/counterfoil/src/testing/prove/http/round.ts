import { setTimeout } from 'node:timers/promises'
import { type Random, seeded } from '../../random.ts'
import type { Effects, Expected } from './counter.ts'
import { type Asked, type Call, type Exchange, isSuccess, kindOf, understood } from './exchange.ts'
import { shotOf } from './request-bytes.ts'
import { isEarly, lastOf, retryAfterMs, retryOf } from './retrying.ts'
import { monotonicMs } from './shooting/monotonic.ts'
import type { Flying } from './shooting/volley.ts'
import { type HttpProofTerms, patienceMs } from './terms.ts'
import type { Testbed } from './testbed.ts'
import { unlessAborted } from './unless-aborted.ts'

const FIRST_PAUSE_MS = 30
const LONGEST_PAUSE_MS = 1000

/** One play of a scenario: under a key of its own, it sends requests and records what comes of them. */
export class Round {
  readonly key: string
  readonly testbed: Testbed
  readonly random: Random
  readonly #recorded: Exchange[] = []
  readonly #startedAt: number = monotonicMs()
  readonly #counted = new Map<string, number>()
  readonly #spreadsMs: number[] = []

  private constructor(testbed: Testbed, key: string, seed: number) {
    this.testbed = testbed
    this.key = key
    this.random = seeded(seed)
  }

  static async begin(testbed: Testbed, seed: number): Promise<Round> {
    const key = testbed.newKey()
    await testbed.counter?.begin(key)
    return new Round(testbed, key, seed)
  }

  get terms(): HttpProofTerms {
    return this.testbed.terms
  }

  /** What was sent, and what came back, in the order of the answers. */
  get recorded(): readonly Exchange[] {
    return this.#recorded
  }

  /** How many effects each key was last seen to have. */
  get counted(): ReadonlyMap<string, number> {
    return this.#counted
  }

  /** Of each volley: between its first request and its last one leaving, where they were to leave at once. */
  get spreadsMs(): readonly number[] {
    return this.#spreadsMs
  }

  nowMs(): number {
    return monotonicMs() - this.#startedAt
  }

  /** Another key, for what must not meet the round's own. */
  async newKey(): Promise<string> {
    const key = this.testbed.newKey()
    await this.testbed.counter?.begin(key)
    return key
  }

  /** Sends one request. */
  async ask(asked: Asked): Promise<Exchange> {
    const [exchange] = await this.volley([asked])
    return exchange as Exchange
  }

  /** Sends one request, and asks again for as long as the answer says so: as a client would, and for no longer than patience. */
  async call(asked: Asked, isOver: (exchange: Exchange) => boolean = isAnswered): Promise<Call> {
    const [call] = await this.storm([asked], isOver)
    return call as Call
  }

  /** Sends one request, and waits until it has left, not for its answer. */
  async begin(asked: Asked): Promise<{ readonly answered: Promise<Exchange> }> {
    const [begun] = await this.#fire([asked])
    const { flying, exchange } = begun as Begun
    await flying.sent
    const answered = unlessAborted(exchange, this.testbed.signal)
    // Whoever waits for it hears of a failure; and perhaps nobody does.
    answered.catch(() => {})
    return { answered }
  }

  /** Sends them all at once, on connections that stand before; or each by its `afterMs`. */
  async volley(asked: readonly Asked[]): Promise<readonly Exchange[]> {
    const begun = await this.#fire(asked)
    const all = Promise.all(begun.map(({ exchange }) => exchange))
    const exchanges = await unlessAborted(all, this.testbed.signal)
    const { most } = this.terms.staggerMs
    if (asked.length > 1 && most === 0 && asked.every(({ afterMs = 0 }) => afterMs === 0)) {
      const starts = exchanges.filter(({ answer }) => answer.kind === 'answer').map(({ startMs }) => startMs)
      if (starts.length > 1) this.#spreadsMs.push(Math.max(...starts) - Math.min(...starts))
    }
    return exchanges
  }

  /** A volley whose callers ask again, together, for as long as their answers say so, and for no longer than patience. */
  async storm(
    asked: readonly Asked[],
    isOver: (exchange: Exchange) => boolean = isAnswered,
  ): Promise<readonly Call[]> {
    const courses = (await this.volley(asked)).map((exchange) => [exchange])
    const endsAt = monotonicMs() + patienceMs(this.terms)
    for (let pauseMs = FIRST_PAUSE_MS; monotonicMs() < endsAt; pauseMs *= 2) {
      const outcomeAtMs = Math.min(
        ...courses
          .flat()
          .filter(isSuccess)
          .map(({ endMs }) => endMs),
      )
      const open = courses.filter((course) => !isOver(lastOf(course)) || isEarly(lastOf(course), outcomeAtMs))
      if (open.length === 0) break
      const told = open.map((course) => retryAfterMs(lastOf(course)))
      await this.pause(Math.min(Math.max(pauseMs, ...told), LONGEST_PAUSE_MS))
      const again = await this.volley(open.map((course) => retryOf(lastOf(course).asked)))
      for (const [index, course] of open.entries()) course.push(again[index] as Exchange)
    }
    return courses.map((exchanges) => ({
      asked: (exchanges[0] as Exchange).asked,
      exchanges,
      last: lastOf(exchanges),
    }))
  }

  /** How many effects the key has had in this round, once it rests. */
  async effects(expected: Expected = { least: 1, most: 1 }, key: string = this.key): Promise<Effects> {
    const { counter, signal } = this.testbed
    if (counter === undefined) return { kind: 'not_counted' }
    const effects = await counter.settled(key, expected, signal)
    this.#counted.set(key, effects)
    return { kind: 'counted', effects }
  }

  /** Until the key has had so many effects, or a lease has passed; not counted, until they are likely to be under way. */
  async untilEffects(effects: number, key: string = this.key): Promise<void> {
    const { counter, latencyMs } = this.testbed
    if (counter === undefined) return this.pause(latencyMs / 3)
    const endsAt = monotonicMs() + patienceMs(this.terms)
    while (monotonicMs() < endsAt && (await counter.now(key)) < effects) await this.pause(20)
  }

  async pause(ms: number): Promise<void> {
    await setTimeout(ms, undefined, { signal: this.testbed.signal })
  }

  async #fire(asked: readonly Asked[]): Promise<readonly Begun[]> {
    this.testbed.signal.throwIfAborted()
    const { least, most } = this.terms.staggerMs
    const keys = { key: this.key, spelling: this.testbed.spelling }
    const shots = asked.map((one) => {
      const drawn = asked.length > 1 && most > 0 ? least + this.random.int(most - least + 1) : 0
      return shotOf(one, this.terms, keys, one.afterMs ?? drawn)
    })
    const flying = await this.testbed.shooters.fire(shots)
    return flying.map((one, index) => ({
      flying: one,
      exchange: this.#record(asked[index] as Asked, one),
    }))
  }

  async #record(asked: Asked, { hit }: Flying): Promise<Exchange> {
    const { caller, startedAt, endedAt, answer } = await hit
    const startMs = startedAt - this.#startedAt
    const exchange = {
      asked,
      caller,
      startMs,
      endMs: endedAt - this.#startedAt,
      // Another endpoint may have other outcomes.
      answer: asked.target === undefined ? understood(answer, this.testbed.outcomeStatus) : answer,
    }
    this.#recorded.push(exchange)
    return exchange
  }
}

interface Begun {
  readonly flying: Flying
  readonly exchange: Promise<Exchange>
}

/** There is an answer, and it doesn't ask to be asked again. */
export function isAnswered({ answer, asked }: Exchange): boolean {
  const kind = kindOf(answer)
  return kind === 'success' || kind === 'refused' || asked.leavesAfterMs !== undefined
}
