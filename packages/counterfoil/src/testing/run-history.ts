import { randomUUID } from 'node:crypto'
import { type ClaimRequest, type Fence, fenceOf, type Receipt, type Settlement } from '../core/index.ts'
import { type HistoryStep, historyCallers, historyKeys } from './history-steps.ts'
import type { Lockstep } from './lockstep.ts'
import {
  ages,
  BACK_OFF_MS,
  byHand,
  bytesOf,
  digestOf,
  failed,
  fingerprintOf,
  holdPolicies,
  LEASE_MS,
  OPERATION,
  released,
  requestWith,
  rerunPolicies,
  retryOf,
  succeeded,
} from './requests.ts'

/**
 * Runs a history on keys of its own, each step in lockstep with the decisions. No other receipts may be there.
 *
 * @throws {ContractViolation} that says after which step the store and the decisions came apart.
 */
export async function runHistory(store: Lockstep, steps: readonly HistoryStep[]): Promise<void> {
  const run = new Run(store)
  for (const [index, step] of steps.entries()) {
    try {
      await run.take(step)
    } catch (error) {
      if (error instanceof Error)
        error.message = `step ${index + 1}, ${JSON.stringify(step)}: ${error.message}`
      throw error
    }
  }
}

class Run {
  readonly #store: Lockstep
  readonly #keys = Array.from({ length: historyKeys }, () =>
    requestWith({ credentials: digestOf('the caller') }),
  )
  readonly #tokens = Array.from({ length: historyCallers }, () => randomUUID())
  readonly #grants: Fence[] = []
  readonly #seen: (Receipt | undefined)[] = []

  constructor(store: Lockstep) {
    this.#store = store
  }

  async take(step: HistoryStep): Promise<void> {
    switch (step.do) {
      case 'claim': {
        this.#seen[step.key] = this.#store.known(this.#key(step.key).id)
        const answer = await this.#store.claim(this.#request(step))
        if (answer.kind === 'claimed') this.#grants.unshift(fenceOf(answer.receipt))
        return
      }
      case 'age':
        return this.#store.age(this.#key(step.key).id, ages[step.past])
      case 'sweep':
        await this.#store.sweep(step.limit)
        return
      case 'look':
        return this.#look()
      case 'by hand':
        return this.#changeByHand(step)
      default: {
        const fence = this.#grants[step.grant % Math.max(1, this.#grants.length)]
        if (fence) await this.#write(fence, step)
      }
    }
  }

  async #write(fence: Fence, step: Extract<HistoryStep, { grant: number }>): Promise<unknown> {
    switch (step.do) {
      case 'settle':
        return this.#store.settle(fence, settlementOf(step.as, fence), step.atHand)
      case 'renew':
        return this.#store.renew(fence, LEASE_MS)
      case 'yield':
        return this.#store.yield(fence, BACK_OFF_MS)
      case 'saveStep':
        return this.#store.saveStep(fence, 'charge', bytesOf(`by attempt ${fence.attempt}`))
      case 'refused':
        return this.#store.refused(fence, 'charge', step.generation)
    }
  }

  async #look(): Promise<void> {
    await this.#store.list({}, 2)
    await this.#store.list({ place: 'abandoned' }, 2)
    await this.#store.findAbandoned({ of: { operation: OPERATION }, forMs: 0, limit: 10 })
    await this.#store.stats()
    for (const { id, incarnation } of this.#grants.slice(0, 3)) {
      if (this.#store.known(id)?.incarnation === incarnation) await this.#store.stepsAreKept(id, incarnation)
    }
  }

  async #changeByHand({ key, change, seen }: Extract<HistoryStep, { do: 'by hand' }>): Promise<void> {
    const receipt = seen === 'now' ? this.#store.known(this.#key(key).id) : this.#seen[key]
    if (receipt === undefined) return
    const { id, incarnation, attempt, state } = receipt
    await this.#store.changeByHand(
      { id, incarnation, attempt, state },
      byHand(
        change === 'release'
          ? { do: 'release' }
          : { do: 'resolve', as: change, outcome: bytesOf('found out') },
      ),
    )
  }

  #request(step: Extract<HistoryStep, { do: 'claim' }>): ClaimRequest {
    const first = this.#key(step.key)
    return retryOf(first, {
      token: this.#tokens[step.caller % historyCallers] as string,
      intent: step.intent,
      policies: step.policies === 'hold' ? holdPolicies : rerunPolicies,
      ...(step.request === 'other' ? { fingerprint: fingerprintOf('another request') } : {}),
      ...(step.request === 'other algorithm' ? { fingerprint: fingerprintOf('the request', 2) } : {}),
      ...(step.credentials === 'other' ? { credentials: digestOf('another caller') } : {}),
      request: step.caller === 0 ? bytesOf('the request, kept') : null,
    })
  }

  #key(key: number): ClaimRequest {
    return this.#keys[key % historyKeys] as ClaimRequest
  }
}

function settlementOf(
  as: Extract<HistoryStep, { do: 'settle' }>['as'],
  { attempt, token }: Fence,
): Settlement {
  const outcome = `${as} by attempt ${attempt} of ${token}`
  if (as === 'succeeded') return succeeded(outcome)
  if (as === 'failed') return failed(outcome)
  return released(as === 'released' ? 'stands' : 'cleared', outcome)
}
