import {
  type Attempt,
  type ClaimDecision,
  type ClaimRequest,
  CounterfoilError,
  encodeOutcome,
  type Fence,
  type FencedAnswer,
  type Found,
  type HandAnswer,
  type HandTarget,
  jsonCodec,
  KeyConflict,
  type Operation,
  OutcomeUnknown,
  type ReceiptStore,
  type Receipts,
  receiptId,
  type Settlement,
  StillInProgress,
  StoredFailure,
} from '../../../src/index.ts'
import { memoryStore } from '../../../src/stores/memory/index.ts'
import { type Random, seeded } from '../../../src/testing/random.ts'
import { Books, type Effect } from './books.ts'
import type { EngineUnderTest } from './engine-under-test.ts'
import { Machine } from './machine.ts'
import { KEYS, MACHINES, type Mishap, PLANNED_MS, type Plan, type PlannedCall } from './plan.ts'
import { shown } from './shown.ts'
import { type Fate, StoreLink } from './store-link.ts'
import { Violation } from './violation.ts'
import { VirtualTime } from './virtual-time.ts'
import { calm, fateIn } from './weather.ts'

/** How a call ended for its caller, if it has. */
type End =
  | { readonly kind: 'value'; readonly value: string; readonly own: boolean; readonly settled: boolean }
  | { readonly kind: 'error'; readonly error: unknown }

interface SimulatedCall {
  readonly number: number
  readonly on: Host
  readonly id: string
  readonly startedAt: number
  runs: number
  /** Whether its own handler never ends. */
  stuck: boolean
  end: End | undefined
  endedAt: number
}

interface Host {
  readonly machine: Machine
  readonly link: StoreLink
  readonly receipts: Receipts
  readonly operation: Operation<string>
  closed: boolean
  closedAt: number
  /** Whether a handler on it never ends. */
  stuck: boolean
}

/** What a run was made of: to show that the interesting things did happen. */
export interface Tally {
  steps: number
  effects: number
  replays: number
  refusals: number
  takeovers: number
}

/** What an attempt fails with that doesn't know what it did. No receipt may ever say it. */
const UNKNOWN = 'nobody knows'
const TENANT = 'a tenant'
const OPERATION = 'pay'
/** Faults are over; whatever was under way when they were takes no longer than this. */
const CALM_MS = 30_000

/**
 * One run: several processes with their engines, one store, a plan, and a seed that decides everything that the plan
 * leaves open. The same plan and seed give the same run.
 *
 * @param trace is told, line by line, what happens when.
 * @throws {Violation} as soon as the promise is broken.
 */
export async function simulate(
  plan: Plan,
  seed: number,
  engine: EngineUnderTest,
  trace?: (line: string) => void,
): Promise<Tally> {
  return new Simulation(plan, seed, engine, trace).run()
}

class Simulation {
  readonly #plan: Plan
  readonly #random: Random
  readonly #time: VirtualTime
  readonly #store: ReceiptStore
  readonly #books: Books
  readonly #hosts: readonly Host[]
  readonly #ids: readonly string[]
  readonly #calls: SimulatedCall[] = []
  readonly #running = new Map<Effect, Attempt>()
  readonly #trace: ((line: string) => void) | undefined
  #broken: unknown
  #calm = false
  #runs = 0

  constructor(plan: Plan, seed: number, engine: EngineUnderTest, trace?: (line: string) => void) {
    this.#plan = plan
    const startsAt = 1_800_000_000_000
    this.#trace = trace && ((line) => trace(`${String(this.#time.now - startsAt).padStart(6)} ms  ${line}`))
    this.#random = seeded(seed)
    this.#time = new VirtualTime(this.#random)
    this.#store = memoryStore({ now: () => this.#time.now })
    this.#books = new Books(() => this.#time.now)
    this.#ids = Array.from({ length: KEYS }, (_, key) =>
      receiptId({ tenant: TENANT, operation: OPERATION, key: `key ${key}` }),
    )
    this.#hosts = Array.from({ length: MACHINES }, (_, index) => this.#host(index, engine))
  }

  async run(): Promise<Tally> {
    for (const call of this.#plan.calls) this.#planCall(call, call.at)
    for (const mishap of this.#plan.mishaps) this.#planMishap(mishap)
    await this.#pass(PLANNED_MS + 1000)
    this.#calm = true
    for (const { machine } of this.#hosts) {
      machine.dieAt = undefined
      machine.resume()
    }
    await this.#pass(CALM_MS)
    this.#everyCallHasEnded()
    this.#noClaimIsHeldForNobody()
    await this.#everyKeyComesToAnEnd()
    await this.#nothingIsLeftAfterClose()
    return {
      steps: this.#time.steps,
      effects: this.#books.effects.length,
      replays: this.#calls.filter(({ end }) => end?.kind === 'value' && !end.own).length,
      refusals: this.#calls.filter(({ end }) => end?.kind === 'error').length,
      takeovers: [...this.#books.claims.values()].filter(({ attempt }) => attempt > 1).length,
    }
  }

  // --- the processes

  #host(index: number, engine: EngineUnderTest): Host {
    const skewMs = this.#random.int(20_000) - 10_000
    const machine = new Machine(`m${index}`, this.#time, this.#random.int(2 ** 32), skewMs)
    const link = new StoreLink({
      store: this.#store,
      machine,
      time: this.#time,
      fateOf: (verb) => fateIn(this.#calm ? calm : this.#plan.weather, verb, this.#random),
      applied: (...all) => this.#applied(machine, ...all),
    })
    const { guarantee, recovery, keepsRequest, leaseMs, waitMs } = this.#plan
    const receipts = engine.createReceipts({
      store: link,
      sweep: 'off',
      runtime: machine.runtime,
      ...(this.#trace && {
        onEvent: ({ type, ...facts }) => this.#trace?.(`${machine.name}   ${type} ${JSON.stringify(facts)}`),
      }),
    })
    const host: { -readonly [K in keyof Host]: Host[K] } = {
      machine,
      link,
      receipts,
      operation: undefined as unknown as Operation<string>,
      closed: false,
      closedAt: Number.POSITIVE_INFINITY,
      stuck: false,
    }
    host.operation = receipts.operation<string>(OPERATION, {
      guarantee,
      ttl: '24h',
      lease: `${leaseMs}ms`,
      maxDuration: `${leaseMs * 3}ms`,
      wait: waitMs === 0 ? 'reject' : `${waitMs}ms`,
      ...(recovery === 'none'
        ? {}
        : { recover: (receipt, attempt) => this.#recover(host, receipt.id, attempt) }),
      ...(keepsRequest
        ? { keepRequest: { rerun: (_, attempt) => this.#handle(host, undefined, attempt) } }
        : {}),
    })
    return host
  }

  #applied(
    machine: Machine,
    verb: string,
    [first, second]: readonly unknown[],
    answer: unknown,
    fault: Fate['fault'],
  ): void {
    this.#trace?.(`${machine.name} ${verb} ${shown(first)} ${shown(second)} -> ${shown(answer)}`)
    try {
      if (verb === 'claim') {
        this.#books.claimed(machine, first as ClaimRequest, answer as ClaimDecision, fault)
        // To look at what runs in the very moment in which its lease ends.
        this.#time.after(this.#plan.leaseMs, () => undefined)
      }
      if (verb === 'settle') {
        this.#books.ended(first as Fence, second as Settlement, answer as FencedAnswer)
      }
      if (this.#books.settlings.size > 0) this.#nothingUnknownIsSettled()
      if (verb === 'yield') this.#books.ended(first as Fence, undefined, answer as FencedAnswer)
      if (verb === 'renew') {
        this.#books.renewed(first as Fence, second as number, answer as 'renewed' | 'lost')
        this.#time.after(this.#plan.leaseMs, () => undefined)
      }
    } catch (error) {
      this.#broken ??= error
    }
  }

  // --- the side effect

  async #handle(host: Host, call: SimulatedCall | undefined, attempt: Attempt): Promise<string> {
    const { machine } = host
    if (machine.state === 'crashed') return new Promise(() => undefined)
    const { scripts } = this.#plan
    const script = this.#calm
      ? ({ ms: 10, ends: 'returns', heedsSignal: true } as const)
      : (scripts[this.#runs % scripts.length] as (typeof scripts)[number])
    this.#runs += 1
    const { fence } = attempt
    const effect: Effect = {
      id: fence.id,
      caller: call?.number ?? -1,
      machine,
      fence,
      beganAt: this.#time.now,
      executed: script.ends !== 'not_executed',
      value: `run ${this.#runs} on ${machine.name}, attempt ${attempt.number}`,
      endedAt: null,
      signalFiredAt: null,
    }
    this.#trace?.(`${machine.name} runs for call ${call?.number}, to last ${script.ms} ms: ${script.ends}`)
    this.#began(effect, call)
    this.#running.set(effect, attempt)
    if (script.ends === 'never') {
      host.stuck = true
      if (call) call.stuck = true
    }
    try {
      await this.#work(machine, script, attempt, effect)
      if (script.ends === 'not_executed') attempt.notExecuted()
      if (script.ends === 'unknown') attempt.unknown()
      if (script.ends === 'unknown') throw new Error(UNKNOWN)
      if (script.ends === 'cut_off') {
        throw new TypeError(UNKNOWN, { cause: Object.assign(new Error(), { code: 'ECONNRESET' }) })
      }
      if (script.ends !== 'returns') throw new Error(effect.value)
      return effect.value
    } finally {
      effect.endedAt = this.#time.now
      this.#running.delete(effect)
    }
  }

  #work(machine: Machine, script: Plan['scripts'][number], attempt: Attempt, effect: Effect): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer =
        script.ends === 'never' ? undefined : machine.runtime.after(script.ms, resolve, 'keep_alive')
      const stop = (): void => {
        effect.signalFiredAt = this.#time.now
        if (script.ends === 'never' || !script.heedsSignal) return
        timer?.cancel()
        reject(attempt.signal.reason)
      }
      if (attempt.signal.aborted) stop()
      else attempt.signal.addEventListener('abort', stop)
    })
  }

  #began(effect: Effect, call: SimulatedCall | undefined): void {
    const claim = this.#books.claimOf(effect.fence)
    try {
      if (claim === undefined) throw new Violation('a handler ran that the store never gave a claim')
      claim.used = true
      if (claim.ended) throw new Violation('a handler began after its claim had ended')
      if (this.#time.now >= claim.leaseEndsAt)
        throw new Violation('a handler began after its lease had ended')
      this.#books.effects.push(effect)
      if (call) {
        call.runs += 1
        if (call.runs > 1) throw new Violation('one call ran its handler twice')
        if (this.#hadWaitedOnARefusal(call))
          throw new Violation('a call ran that had waited on a refused attempt')
      }
      if (this.#plan.guarantee === 'at-most-once' && this.#books.effectsOf(effect.id).length > 1) {
        throw new Violation('two effects of one key, at most once')
      }
    } catch (error) {
      this.#broken ??= error
    }
  }

  /** Whether an attempt was refused in this call's process while the call was there: that was its answer. */
  #hadWaitedOnARefusal(call: SimulatedCall): boolean {
    const { slowestMs, lostOfThousand } = this.#plan.weather
    if (slowestMs > 30 || lostOfThousand > 0 || this.#calm) return false
    return this.#books
      .settlingsOf(call.id)
      .some(
        ({ as, says, attempt, at }) =>
          as === 'released' &&
          says !== null &&
          at > call.startedAt &&
          this.#books.effects.some(
            ({ id, machine, fence, beganAt, signalFiredAt }) =>
              id === call.id &&
              machine === call.on.machine &&
              !machine.wasSuspended &&
              fence.attempt === attempt &&
              beganAt < call.startedAt &&
              signalFiredAt === null,
          ),
      )
  }

  /** Tells what really happened, or that it doesn't know. */
  #recover(host: Host, id: string, attempt: Attempt): Promise<Found<string>> {
    const claim = this.#books.claimOf(attempt.fence)
    if (claim) claim.used = true
    const ms = this.#calm ? 5 : this.#random.pick([0, 10, 200, this.#plan.leaseMs * 2])
    return new Promise((resolve, reject) => {
      host.machine.runtime.after(
        ms,
        () => {
          const forgets = this.#plan.recovery === 'forgetful' && !this.#calm && this.#random.int(2) === 0
          if (forgets && this.#random.int(3) === 0) reject(new Error('the downstream did not answer'))
          else resolve(forgets ? { found: 'unknown' } : this.#truth(id))
        },
        'keep_alive',
      )
    })
  }

  #truth(id: string): Found<string> {
    const effects = this.#books.effectsOf(id)
    const done = effects.find(({ endedAt, machine }) => endedAt !== null || machine.state === 'crashed')
    if (done) return { found: 'happened', value: done.value }
    return { found: effects.length === 0 ? 'did_not_happen' : 'unknown' }
  }

  // --- the callers

  #planCall(planned: PlannedCall, afterMs: number): void {
    const host = this.#hosts[planned.machine] as Host
    this.#time.after(afterMs, () => host.machine.deliver(() => void this.#call(host, planned)))
  }

  async #call(host: Host, planned: PlannedCall): Promise<SimulatedCall> {
    const gone = new AbortController()
    if (planned.goneAfterMs !== null) {
      this.#time.after(planned.goneAfterMs, () => host.machine.deliver(() => gone.abort()))
    }
    const call: SimulatedCall = {
      number: this.#calls.length,
      on: host,
      id: this.#ids[planned.key] as string,
      startedAt: this.#time.now,
      runs: 0,
      stuck: false,
      end: undefined,
      endedAt: 0,
    }
    this.#calls.push(call)
    this.#trace?.(`${host.machine.name} call ${call.number} of key ${planned.key}`)
    const end = await host.operation
      .once(
        {
          tenant: TENANT,
          key: `key ${planned.key}`,
          request: { asks: planned.asks },
          signal: gone.signal,
        },
        (attempt) => this.#handle(host, call, attempt),
      )
      .then(
        ({ value, replayed, receipt }): End => ({
          kind: 'value',
          value,
          own: !replayed,
          settled: receipt === 'settled',
        }),
        (error): End => ({ kind: 'error', error }),
      )
    if (host.machine.state === 'crashed') return call
    this.#trace?.(`${host.machine.name} call ${call.number} ends: ${shown(end)}`)
    call.end = end
    call.endedAt = this.#time.now
    try {
      this.#endIsTrue(call, end)
    } catch (error) {
      this.#broken ??= error
    }
    if (end.kind === 'error' && planned.retries > 0 && mayRetry(end.error) && !this.#calm) {
      this.#planCall({ ...planned, retries: planned.retries - 1 }, this.#random.int(800))
    }
    return call
  }

  // --- the mishaps

  #planMishap(mishap: Mishap): void {
    if (mishap.what === 'operator') {
      this.#time.after(mishap.at, () => void this.#operate(this.#ids[mishap.key] as string))
      return
    }
    const host = this.#hosts[mishap.machine] as Host
    const { machine } = host
    switch (mishap.what) {
      case 'crash':
        this.#time.after(mishap.at, () => {
          this.#trace?.(`${machine.name} crashes`)
          machine.crash()
        })
        return
      case 'crash_at':
        machine.dieAt = { point: mishap.point, passagesLeft: mishap.passage }
        return
      case 'suspend':
        this.#time.after(mishap.at, () => {
          this.#trace?.(`${machine.name} is suspended for ${mishap.forMs} ms`)
          machine.suspend()
        })
        this.#time.after(mishap.at + mishap.forMs + 1, () => machine.resume())
        return
      case 'close':
        this.#time.after(mishap.at, () =>
          machine.deliver(() => {
            host.closed = true
            host.closedAt = this.#time.now
            void host.receipts.close()
          }),
        )
        return
      case 'recover_abandoned':
        this.#time.after(mishap.at, () =>
          machine.deliver(() => void host.operation.recoverAbandoned().catch(() => undefined)),
        )
        return
    }
  }

  /** Looks, finds out what really happened, and settles or releases: truthfully, but some time after having looked. */
  async #operate(id: string): Promise<void> {
    const { receipt, now } = await this.#store.read(id)
    if (receipt === undefined || receipt.state !== 'in_progress' || receipt.leaseEndsAt > now) return
    const target: HandTarget = receipt
    this.#time.after(this.#random.int(500), async () => {
      const truth = this.#truth(id)
      if (truth.found === 'unknown' || 'response' in truth) return
      const by = { by: 'an operator', note: null, token: `by hand ${this.#random.int(2 ** 32)}` }
      const answer: HandAnswer = await this.#store.changeByHand(
        target,
        truth.found === 'did_not_happen'
          ? { ...by, do: 'release' }
          : { ...by, do: 'resolve', as: 'succeeded', outcome: outcomeSaying(truth.value) },
      )
      try {
        this.#books.changedByHand(id, answer)
      } catch (error) {
        this.#broken ??= error
      }
    })
  }

  // --- what must hold

  async #pass(ms: number): Promise<void> {
    await this.#time.pass(ms, () => {
      this.#signalsFireInTime()
      if (this.#broken) throw this.#broken
    })
    if (this.#broken) throw this.#broken
  }

  /** A handler whose lease has ended by the store's clock has been told so before. */
  #signalsFireInTime(): void {
    for (const effect of this.#running.keys()) {
      const { machine, fence, signalFiredAt } = effect
      if (machine.state !== 'up' || machine.wasSuspended || signalFiredAt !== null) continue
      const claim = this.#books.claimOf(fence)
      if (claim && this.#time.now >= claim.leaseEndsAt) {
        throw new Violation('a handler runs past the end of its lease, and its signal has not fired')
      }
    }
  }

  /** "Failed" is an answer, and an attempt that doesn't know what it did has none. */
  #nothingUnknownIsSettled(): void {
    for (const settlings of this.#books.settlings.values()) {
      if (settlings.at(-1)?.says === UNKNOWN)
        throw new Violation('an attempt settled that did not know what it did')
    }
  }

  #endIsTrue(call: SimulatedCall, end: End): void {
    this.#waitedNoLonger(call)
    const settlings = this.#books.settlingsOf(call.id)
    const outcome = this.#books.outcomeOf(call.id)
    if (end.kind === 'value') {
      if (end.own && call.runs === 0) throw new Violation('a call got a value of its own, and never ran')
      if (end.settled && outcome?.says !== end.value) {
        throw new Violation(`a call got '${end.value}', and the receipt says '${outcome?.says}'`)
      }
      if (end.settled) this.#endIsPrompt(call, outcome?.at ?? 0)
      return
    }
    const { error } = end
    if (error instanceof StoredFailure) {
      const told = settlings.some(
        ({ says, as }) =>
          says === error.failure.message && (as === 'failed') === (error.standing === 'final'),
      )
      if (!told) throw new Violation(`a call got a failure that no receipt says: ${error.message}`)
      return
    }
    const { code } = error as { code?: string }
    if (call.runs > 0 && nothingRan.has(String(code))) {
      throw new Violation(`a call got ${code}, which says that nothing ran, and its handler had begun`)
    }
    const known = error instanceof CounterfoilError || (error as Error)?.name === 'AbortError'
    if (!known && call.runs === 0)
      throw new Violation(`a call that never ran got ${String(error)}`, { cause: error })
  }

  /** Who only waits does so within its bound, and not at all in a process that closes. */
  #waitedNoLonger({ runs, on, startedAt }: SimulatedCall): void {
    const { recovery, waitMs, weather } = this.#plan
    if (runs > 0 || recovery !== 'none' || on.machine.wasSuspended) return
    if (this.#time.now > Math.max(on.closedAt, startedAt) + 1) {
      throw new Violation('a call waited on in a process that had closed')
    }
    const claimedWithinMs = 6 * weather.slowestMs + 200
    if (weather.lostOfThousand === 0 && this.#time.now > startedAt + claimedWithinMs + waitMs) {
      throw new Violation('a call waited longer than it may')
    }
  }

  /** Who waits is told soon after the receipt has settled, and not by chance or at the lease's end. */
  #endIsPrompt(call: SimulatedCall, settledAt: number): void {
    const { slowestMs, lostOfThousand } = this.#plan.weather
    if (lostOfThousand > 0 || call.on.machine.wasSuspended || call.runs > 0 || this.#calm) return
    const lateMs = this.#time.now - Math.max(call.startedAt, settledAt)
    const slowestWayMs = Math.max(3, slowestMs)
    if (lateMs > 6 * slowestWayMs) throw new Violation(`a call got its outcome ${lateMs} ms late`)
  }

  #everyCallHasEnded(): void {
    for (const call of this.#calls) {
      if (call.end || call.stuck || call.on.machine.state === 'crashed') continue
      throw new Violation(`call ${call.number} on ${call.on.machine.name} hangs`)
    }
  }

  /** A claim under which nothing ran has been given back, unless its process died. */
  #noClaimIsHeldForNobody(): void {
    for (const { machine, ended, used, id } of this.#books.claims.values()) {
      if (ended || used) continue
      const host = this.#hosts.find((one) => one.machine === machine)
      if (machine.state === 'crashed' || host?.closed) continue
      throw new Violation(`${machine.name} holds ${id.slice(0, 8)} for nobody`)
    }
  }

  /** With the faults over, each living process gets an answer about each key, and the same one. */
  async #everyKeyComesToAnEnd(): Promise<void> {
    for (const key of this.#ids.keys()) {
      for (const host of this.#hosts) {
        if (host.machine.state !== 'up' || host.closed) continue
        const end = await this.#untilAnEnd(host, key)
        if (end.kind === 'value' || this.#isAnAnswer(end.error, this.#ids[key] as string)) continue
        const { error } = end
        throw new Violation(`key ${key} is wedged on ${host.machine.name}: ${error}`, { cause: error })
      }
    }
  }

  /** Comes back as long as a wait can help: for a lease that runs, and for a recovery that backs off. */
  async #untilAnEnd(host: Host, key: number): Promise<End> {
    const until = this.#time.now + this.#plan.leaseMs + 2000
    for (let backOffs = 0; ; ) {
      const end = await this.#lastCall(host, key)
      if (end.kind === 'value') return end
      const { error } = end
      if (error instanceof StillInProgress && this.#time.now < until) {
        await this.#pass(500)
      } else if (error instanceof OutcomeUnknown && error.retryAfterMs !== null && backOffs < 5) {
        backOffs += 1
        await this.#pass(error.retryAfterMs + 1)
      } else return end
    }
  }

  async #lastCall(host: Host, key: number): Promise<End> {
    let end: End | undefined
    void this.#call(host, {
      machine: 0,
      key,
      at: 0,
      goneAfterMs: null,
      asks: 'the same',
      retries: 0,
    }).then((call) => {
      end = call.end
    })
    for (let waited = 0; end === undefined && waited < 10_000; waited += 100) await this.#pass(100)
    if (end === undefined) throw new Violation(`a call for key ${key} hangs, with all faults over`)
    return end
  }

  /** Whether an error is how this key may end under this plan, and not a wedged key. */
  #isAnAnswer(error: unknown, id: string): boolean {
    if (error instanceof KeyConflict) return true
    if (this.#plan.guarantee === 'at-least-once') return false
    if (error instanceof StoredFailure) return error.standing === 'final'
    const knowable = this.#plan.recovery !== 'none' && this.#truth(id).found !== 'unknown'
    return error instanceof OutcomeUnknown && !knowable
  }

  async #nothingIsLeftAfterClose(): Promise<void> {
    for (const host of this.#hosts) {
      if (host.machine.state !== 'up' || host.stuck) continue
      let left: { readonly timers: number; readonly watches: number } | undefined
      void host.receipts.close().then(() => {
        left = { timers: host.machine.timers, watches: host.link.watches }
      })
      await this.#pass(10_000)
      if (left === undefined) throw new Violation(`${host.machine.name} does not close`)
      if (left.timers > 0) throw new Violation(`${host.machine.name} is closed and has ${left.timers} timers`)
      if (left.watches > 0) {
        throw new Violation(`${host.machine.name} is closed and has ${left.watches} subscriptions`)
      }
    }
  }
}

/** Errors that promise that the call's handler never began. */
const nothingRan = new Set([
  'still_in_progress',
  'store_unavailable',
  'key_conflict',
  'outcome_expired',
  'receipts_closed',
])

function mayRetry(error: unknown): boolean {
  return error instanceof CounterfoilError && error.retry === 'later'
}

function outcomeSaying(value: string): Uint8Array {
  return encodeOutcome({ kind: 'value', value: jsonCodec.encode(value) })
}
