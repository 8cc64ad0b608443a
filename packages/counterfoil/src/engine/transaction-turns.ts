import {
  CounterfoilError,
  decodeOutcome,
  type Receipt,
  type ReceiptId,
  ReceiptsClosed,
  StillInProgress,
  StoredFailure,
} from '../core/index.ts'
import { asksTheSame, type PreparedCall } from './call.ts'
import { Caller, type Conclusion } from './caller.ts'
import type { Engine } from './engine.ts'
import { failureFacts } from './handler.ts'
import type { Latency } from './latency.ts'
import type { Settings } from './settings.ts'
import type { TransactionEnd } from './transaction-run.ts'
import type { WorkDone } from './transaction-work.ts'

/** A call that is to be run in a transaction of its own, once it is its turn. */
export interface Joining {
  readonly call: PreparedCall
  readonly signal: AbortSignal | undefined
  readonly run: {
    alone(waitMs: number): Promise<TransactionEnd>
    readonly done: WorkDone<unknown> | undefined
    readonly attempt: number
  }
}

/**
 * At most one transaction for each receipt in this process: calls with the same key wait for it here, in memory, and
 * not each on a connection of its own behind the row's lock. What it comes to answers all who ask for the same.
 */
export class Turns {
  readonly #engine: Engine
  readonly #open = new Map<ReceiptId, Queue>()
  readonly #beside = new Set<Promise<unknown>>()

  constructor(engine: Engine) {
    this.#engine = engine
  }

  join(joining: Joining, settings: Settings, latency: Latency): Promise<Conclusion> {
    const { id } = joining.call.terms
    let queue = this.#open.get(id)
    if (queue === undefined) {
      queue = new Queue(this.#engine, settings, latency, () => this.#open.delete(id))
      this.#open.set(id, queue)
    }
    return queue.join(joining)
  }

  /** A call in its caller's own transaction. It waits in the database, and answers nobody else before it is committed. */
  async beside<T>(call: Promise<T>): Promise<T> {
    this.#beside.add(call)
    try {
      return await call
    } finally {
      this.#beside.delete(call)
    }
  }

  /** Sends away who only waits, and lets what runs commit. */
  async finish(): Promise<void> {
    for (const queue of this.#open.values()) queue.sendWaitersAway()
    while (this.#open.size > 0) await Promise.all([...this.#open.values()].map(({ done }) => done))
    await Promise.allSettled(this.#beside)
  }
}

/** The calls of one key. */
class Queue {
  readonly #engine: Engine
  readonly #settings: Settings
  readonly #latency: Latency
  readonly #callers = new Map<Caller, { readonly joining: Joining; readonly since: number }>()
  #running: Joining | undefined
  #lead: Caller | undefined
  readonly done: Promise<void>

  constructor(engine: Engine, settings: Settings, latency: Latency, finished: () => void) {
    this.#engine = engine
    this.#settings = settings
    this.#latency = latency
    this.done = Promise.resolve().then(async () => {
      for (let lead = this.#next(); lead !== undefined; lead = this.#next()) {
        if (engine.closing) this.sendWaitersAway()
        else await this.#turn(lead)
      }
      finished()
    })
  }

  async join(joining: Joining): Promise<Conclusion> {
    const { call, signal } = joining
    signal?.throwIfAborted()
    const { id, operation } = call.terms
    // One of them runs, or is about to; the others wait.
    const waiting = this.#callers.size - (this.#lead?.gone ? 0 : 1)
    if (waiting >= this.#settings.maxWaitersPerReceipt) {
      this.#engine.events.emit({ type: 'refused', id, operation, why: 'too_many_waiters' })
      throw new StillInProgress(operation, 'too_many_waiters', this.#retryAfterMs())
    }
    const caller = new Caller({
      call,
      signal,
      engine: this.#engine,
      work: undefined,
      intent: 'run',
      waitMs: this.#settings.waitMs,
      left: (gone) => this.#callers.delete(gone),
    })
    this.#callers.set(caller, { joining, since: this.#engine.elapsed() })
    if (this.#running) caller.startWaiting(this.#running.run.attempt, this.#retryAfterMs)
    return caller.conclusion
  }

  sendWaitersAway(): void {
    for (const caller of [...this.#callers.keys()]) {
      if (caller.role === 'waiting') caller.fail(new ReceiptsClosed())
    }
  }

  async #turn(lead: Caller): Promise<void> {
    const { joining, since } = this.#callers.get(lead) as { joining: Joining; since: number }
    this.#running = joining
    this.#lead = lead
    lead.role = 'running'
    lead.stopWaiting()
    for (const caller of [...this.#callers.keys()]) {
      if (caller !== lead) caller.startWaiting(joining.run.attempt, this.#retryAfterMs)
    }
    const startedAt = this.#engine.elapsed()
    try {
      const end = await joining.run.alone(Math.max(0, this.#settings.waitMs - (startedAt - since)))
      if (end.kind === 'ran') this.#latency.add(this.#engine.elapsed() - startedAt)
      this.#conclude(lead, joining, end)
    } catch (error) {
      lead.fail(error)
      this.#failOthers(joining.call, joining.run.attempt, error)
    } finally {
      this.#running = undefined
      this.#lead = undefined
    }
  }

  #conclude(lead: Caller, { call, run }: Joining, end: TransactionEnd): void {
    if (end.kind === 'busy') {
      lead.refuse(this.#settings.waitMs === 0 ? 'rejected' : 'wait_ended', this.#retryAfterMs())
      return
    }
    if (end.kind === 'rolled_back') {
      const ended = run.done?.ended
      if (ended?.kind !== 'threw') {
        lead.conclude(end)
        return
      }
      lead.fail(ended.error)
      this.#failOthers(call, end.attempt, ended.error)
      return
    }
    const { receipt } = end
    const outcome = run.done?.outcome ?? null
    if (end.kind === 'ran')
      lead.conclude({ kind: 'ran', receipt, attempt: receipt.attempt, standing: 'settled', outcome })
    this.#replay(call, receipt)
  }

  #replay(call: PreparedCall, receipt: Receipt): void {
    if (receipt.state === 'in_progress' || receipt.outcome === null) return
    const { id, operation, attempt } = receipt
    for (const caller of this.#askingTheSame(call)) {
      this.#engine.events.emit({ type: 'replayed', id, operation, attempt })
      caller.conclude({ kind: 'replayed', receipt, outcome: decodeOutcome(receipt.outcome) })
    }
  }

  /** Who waited on an attempt has its failure for an answer: they are not as many attempts, one after the other. */
  #failOthers(call: PreparedCall, attempt: number, error: unknown): void {
    const { operation } = call.terms
    const reason =
      error instanceof CounterfoilError
        ? error
        : new StoredFailure(operation, attempt, failureFacts(error), 'released')
    for (const caller of this.#askingTheSame(call)) caller.fail(reason)
  }

  #askingTheSame(call: PreparedCall): readonly Caller[] {
    return [...this.#callers.keys()].filter((caller) => asksTheSame(caller.call, call))
  }

  #next(): Caller | undefined {
    for (const caller of this.#callers.keys()) if (caller.role === 'waiting') return caller
    return undefined
  }

  readonly #retryAfterMs = (): number => retryAfterBusyMs(this.#latency, this.#settings.waitMs)
}

/** A guess, where no attempt has shown yet how long they take: nobody else sees how long an open transaction will last. */
const RETRY_AFTER_MS = 1000

/** When a retry may be worth it while another's transaction is open. It has no lease to tell. */
export function retryAfterBusyMs(latency: Latency, waitMs: number): number {
  return latency.retryAfterMs(Math.max(RETRY_AFTER_MS, waitMs))
}
