import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import {
  type ClaimRequest,
  fenceOf,
  type Policies,
  type ReceiptStore,
  type Running,
  StoreUnavailable,
} from '../../core/index.ts'
import { type Random, seeded } from '../random.ts'
import {
  digestOf,
  fingerprintOf,
  holdPolicies,
  LEASE_MS,
  released,
  requestWith,
  rerunPolicies,
  retryOf,
  succeeded,
} from '../requests.ts'
import { haunt } from './haunt.ts'
import { Recorder } from './recorder.ts'
import type { StormEvent } from './storm-event.ts'
import type { MixedPlan, OneKeyPlan, StormPlan } from './storm-plan.ts'

/** So short that leases lapse and keys are forgotten while the storm goes on: what is right never hangs on how fast. */
const STORM_LEASE_MS = 15
const STORM_TTL_MS = 25
const STORM_RETENTION_MS = 40
/** So long that nothing settled may be forgotten, whatever happens in between. */
const LONG_KEPT_MS = 3_600_000
const REST_MS = 4

export async function runStorm(store: ReceiptStore, plan: StormPlan): Promise<readonly StormEvent[]> {
  const recorder = new Recorder(store, plan.caller)
  switch (plan.storm) {
    case 'one key':
      await callAtOnce(recorder, plan)
      break
    case 'mixed':
      await mix(recorder, store, plan)
      break
    case 'zombies':
      await haunt(recorder, plan)
  }
  return recorder.events
}

async function callAtOnce(recorder: Recorder, { key, calls }: OneKeyPlan): Promise<void> {
  const first = requestWith({ key, leaseMs: LEASE_MS })
  const call = async (): Promise<void> => {
    const answer = await recorder.claim(retryOf(first))
    if (answer?.kind === 'claimed') await recorder.settle(answer.receipt, succeeded(answer.receipt.token))
  }
  await Promise.all(Array.from({ length: calls }, call))
}

async function mix(recorder: Recorder, store: ReceiptStore, plan: MixedPlan): Promise<void> {
  let calls = 0
  const callers = Array.from({ length: plan.concurrency }, async (_, index) => {
    const caller = new Caller(recorder, seeded(plan.seed * 1000 + index), plan.kept ?? 'short')
    while (calls < plan.calls) {
      calls += await caller.take(plan.keys)
      // Elsewhere leases run meanwhile; how long hardly matters.
      await setTimeout(caller.random.int(plan.restMs ?? REST_MS))
      if (caller.random.int(40) === 0) await sweep(store, plan)
    }
  })
  await Promise.all(callers)
}

async function sweep(store: ReceiptStore, { outages }: MixedPlan): Promise<void> {
  try {
    await store.sweep(10)
  } catch (error) {
    if (outages === undefined || !(error instanceof StoreUnavailable)) throw error
  }
}

class Caller {
  readonly random: Random
  readonly #recorder: Recorder
  readonly #kept: 'short' | 'long'
  /** Claims that it held and did not settle: it may come back to them, by then a zombie or merely late. */
  readonly #left: Running[] = []

  constructor(recorder: Recorder, random: Random, kept: 'short' | 'long') {
    this.#recorder = recorder
    this.random = random
    this.#kept = kept
  }

  /** One turn; answers how many calls it made. */
  async take(keys: readonly string[]): Promise<number> {
    const before = this.#recorder.events.length
    const late = this.random.int(4) === 0 ? this.#left.shift() : undefined
    if (late) await this.#end(late)
    else await this.#claim(this.#requestFor(this.random.int(keys.length), keys))
    return this.#recorder.events.length - before
  }

  async #claim(request: ClaimRequest): Promise<void> {
    // Sometimes sent twice at once: the first answer is late, and the caller asks again.
    const copies = this.random.int(5) === 0 ? 2 : 1
    const [first] = await Promise.all(
      Array.from({ length: copies }, () => this.#recorder.claim(copyOf(request))),
    )
    const answer = first ?? (await this.#recorder.claim(copyOf(request)))
    if (answer?.kind !== 'claimed') return
    if (this.random.int(3) === 0) await this.#recorder.renew(fenceOf(answer.receipt), request.leaseMs)
    if (this.random.int(8) === 0) await this.#intrude(answer.receipt, request)
    if (this.random.int(4) === 0) this.#left.push(answer.receipt)
    else await this.#end(answer.receipt)
    if (this.random.int(6) === 0) await this.#recorder.claim(copyOf(request))
  }

  /** Comes with another request, as another caller, or with a token that it guessed. */
  async #intrude(claimed: Running, request: ClaimRequest): Promise<void> {
    const copy = { ...copyOf(request), token: randomUUID() }
    const intrusion = this.random.pick<() => Promise<unknown>>([
      () => this.#recorder.claim({ ...copy, fingerprint: fingerprintOf('another request') }),
      () => this.#recorder.claim({ ...copy, credentials: digestOf('another caller') }),
      () => this.#recorder.settle({ ...claimed, token: copy.token }, succeeded('by a guess')),
    ])
    await intrusion()
  }

  async #end(claimed: Running): Promise<void> {
    const fence = fenceOf(claimed)
    // Not every byte of an outcome is a letter's.
    const outcome = Buffer.from(`${fence.attempt} ${fence.token} \xff\0`, 'latin1')
    const ends: readonly (readonly [weight: number, end: () => Promise<unknown>])[] = [
      [2, () => this.#recorder.settle(claimed, { as: 'succeeded', outcome })],
      [1, () => this.#recorder.settle(claimed, { as: 'failed', outcome })],
      [6, () => this.#recorder.settle(claimed, { as: 'released', outcome, doubt: 'stands' })],
      [2, () => this.#recorder.settle(claimed, released('cleared', null))],
      [2, () => this.#recorder.yield(fence, 0)],
      [1, () => this.#recorder.renew(fence, STORM_LEASE_MS)],
    ]
    const end = this.random.weighted(ends)
    const ended = await end()
    if (ended === undefined) await end()
    // Sent again, or ended otherwise: what counts is the first.
    else if (this.random.int(4) === 0) await (this.random.int(2) === 0 ? end : this.random.weighted(ends))()
  }

  /** All callers of a key agree on its terms: whether it is held or run again is told by its place. */
  #requestFor(index: number, keys: readonly string[]): ClaimRequest {
    const policies: Policies = index % 2 === 0 ? rerunPolicies : holdPolicies
    const first = requestWith({
      key: keys[index] as string,
      policies,
      leaseMs: STORM_LEASE_MS,
      ttlMs: this.#kept === 'short' ? STORM_TTL_MS : LONG_KEPT_MS,
      keyRetentionMs: this.#kept === 'short' ? STORM_RETENTION_MS : LONG_KEPT_MS,
    })
    return retryOf(first, {
      intent: this.random.weighted([
        [3, 'run'],
        [2, 'run_or_recover'],
        [1, 'recover'],
      ]),
    })
  }
}

/**
 * The same claim, sent again. Keys are forgotten so soon here that a late copy may make a receipt of its own: that is
 * then another incarnation, and the history has to show it as one.
 */
function copyOf(request: ClaimRequest): ClaimRequest {
  return { ...request, incarnation: randomUUID() }
}
