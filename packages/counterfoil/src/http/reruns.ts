import { type GivenResponse, type KeptRequest, responseOutcome } from '../core/index.ts'
import type { RunningAttempt } from '../engine/attempt.ts'
import type { Work } from '../engine/caller.ts'
import type { KeptRequests } from '../engine/kept-requests.ts'
import type { EngineOperation } from '../engine/operation.ts'
import type { Settings } from '../engine/settings.ts'
import { type Captured, Endings } from './endings.ts'
import { keepAllBut } from './field-lines.ts'

interface Route {
  /** The fields that are no part of an outcome. */
  readonly notKept: readonly string[]
  /** Whether its receipts go by names of their own. */
  readonly names: boolean
  readonly report: (error: unknown) => void
}

/** Kept requests, run again by the operation's own `rerun`: its response becomes the outcome, as a handler's does. */
export class Reruns implements KeptRequests {
  readonly names: boolean
  readonly #notKept: readonly string[]
  readonly #settings: Settings
  readonly #endings: Endings

  private constructor(settings: Settings, { notKept, names, report }: Route) {
    this.names = names
    this.#notKept = notKept
    this.#settings = settings
    this.#endings = new Endings(settings, keepAllBut(notKept), report)
  }

  /** Where several routes are one operation, nothing is kept that one of them does not keep. */
  static addTo(operation: EngineOperation<unknown>, route: Route): void {
    const { keptRequests: before, settings } = operation
    const [notKept, names] = before instanceof Reruns ? [before.#notKept, before.names] : [[], false]
    operation.keptRequests = new Reruns(settings, {
      ...route,
      notKept: [...new Set([...notKept, ...route.notKept])],
      names: names || route.names,
    })
  }

  rerun(request: KeptRequest): Work {
    return async (attempt) => this.#endings.finished(await this.#captured(request, attempt), attempt)
  }

  async #captured(request: KeptRequest, attempt: RunningAttempt): Promise<Captured> {
    const { rerun, maxOutcomeBytes } = this.#settings
    try {
      const response = responseOutcome((await rerun?.(request, attempt)) as GivenResponse)
      return response.body.length > maxOutcomeBytes
        ? { ...response, kind: 'streamed', why: 'too_large', whole: true }
        : response
    } catch (error) {
      return { kind: 'threw', error }
    }
  }
}
