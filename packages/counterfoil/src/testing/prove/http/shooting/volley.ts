import type { ShooterReport } from './messages.ts'
import type { Hit } from './shot.ts'

/** One request of a volley, under way. */
export interface Flying {
  /** When it left; of one that never did, when that was known. */
  readonly sent: Promise<number>
  readonly hit: Promise<Hit>
}

interface Landing {
  readonly sent: PromiseWithResolvers<number>
  readonly hit: PromiseWithResolvers<Hit>
}

/** Requests that are released together, and what is heard of them. */
export class Volley {
  readonly flying: readonly Flying[]
  readonly #landings: readonly Landing[]
  /** By process: where in the volley its requests stand. */
  readonly #places: ReadonlyMap<number, readonly number[]>
  readonly #loaded: PromiseWithResolvers<void> = Promise.withResolvers()
  #notLoaded: number
  #inTheAir: number

  constructor(shots: number, places: ReadonlyMap<number, readonly number[]>) {
    this.#places = places
    this.#notLoaded = places.size
    this.#inTheAir = shots
    this.#landings = Array.from({ length: shots }, () => ({
      sent: Promise.withResolvers<number>(),
      hit: Promise.withResolvers<Hit>(),
    }))
    this.flying = this.#landings.map(({ sent, hit }) => ({ sent: sent.promise, hit: hit.promise }))
    // Whoever waits for one of them hears of a failure there; the others are nobody's.
    for (const { sent, hit } of this.flying) for (const promise of [sent, hit]) promise.catch(() => {})
  }

  /** Every request has its connection, or is known to have none. */
  get loaded(): Promise<void> {
    return this.#loaded.promise
  }

  get over(): boolean {
    return this.#inTheAir === 0
  }

  hear(process: number, report: ShooterReport): void {
    if (report.report === 'loaded') {
      this.#notLoaded -= 1
      if (this.#notLoaded === 0) this.#loaded.resolve()
      return
    }
    const landing = this.#landings[this.#places.get(process)?.[report.shot] ?? -1]
    if (report.report === 'sent') {
      landing?.sent.resolve(report.at)
      return
    }
    landing?.sent.resolve(report.hit.startedAt)
    landing?.hit.resolve(report.hit)
    this.#inTheAir -= 1
  }

  fail(error: Error): void {
    this.#loaded.reject(error)
    for (const { sent, hit } of this.#landings) {
      sent.reject(error)
      hit.reject(error)
    }
  }
}
