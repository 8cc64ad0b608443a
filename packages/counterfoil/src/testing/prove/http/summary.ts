import { latencyOf, quantile } from '../latency.ts'
import type { AnswerSummary, EffectSummary } from '../proof.ts'
import type { Expected } from './counter.ts'
import { type Exchange, statusOf } from './exchange.ts'

const BODIES_TOLD = 20

/** What came back and what it had for effects, over a scenario's rounds: it grows by counts, not by bodies. */
export class Summary {
  requests = 0
  readonly #statuses = new Map<string, number>()
  readonly #bodies = new Map<string, { bytes: number; count: number }>()
  readonly #latenciesMs: number[] = []
  readonly #spreadsMs: number[] = []
  readonly #effects = new Map<string, number>()

  add(exchanges: readonly Exchange[], spreadsMs: readonly number[]): void {
    this.requests += exchanges.length
    this.#spreadsMs.push(...spreadsMs)
    for (const { answer, startMs, endMs } of exchanges) {
      const status = statusOf(answer)
      this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1)
      if (answer.kind === 'no_answer') continue
      this.#latenciesMs.push(endMs - startMs)
      const body = this.#bodies.get(answer.sha256) ?? { bytes: answer.bytes, count: 0 }
      body.count += 1
      this.#bodies.set(answer.sha256, body)
    }
  }

  /** The latest count of a key is the one that stays. */
  addEffects(counted: ReadonlyMap<string, number>): void {
    for (const [key, effects] of counted) this.#effects.set(key, effects)
  }

  get answers(): AnswerSummary {
    const statuses = [...this.#statuses].map(([status, count]) => ({ status, count }))
    const bodies = [...this.#bodies].map(([sha256, { bytes, count }]) => ({ sha256, bytes, count }))
    return {
      statuses: statuses.toSorted((a, b) => b.count - a.count),
      bodies: bodies.toSorted((a, b) => b.count - a.count).slice(0, BODIES_TOLD),
      latencyMs: latencyOf(this.#latenciesMs),
    }
  }

  effects(expected: Expected): EffectSummary {
    if (this.#effects.size === 0) return { kind: 'not_counted' }
    const seen = Map.groupBy(this.#effects.values(), (effects) => effects)
    return {
      kind: 'counted',
      expected,
      seen: [...seen]
        .map(([effects, keys]) => ({ effects, keys: keys.length }))
        .toSorted((a, b) => a.effects - b.effects),
    }
  }

  get spreadMs(): { readonly median: number; readonly max: number } | null {
    const sorted = this.#spreadsMs.toSorted((a, b) => a - b)
    return sorted.length === 0 ? null : { median: quantile(sorted, 0.5), max: quantile(sorted, 1) }
  }
}
