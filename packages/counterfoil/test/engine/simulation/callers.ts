import { CounterfoilError } from '../../../src/index.ts'
import type { Handlers } from './handlers.ts'
import type { Host } from './host.ts'
import { endIsTrue } from './judging/ends.ts'
import { idOf, named } from './keys.ts'
import type { PlannedCall } from './plan.ts'
import type { Run } from './run.ts'
import { shown } from './shown.ts'
import type { End, SimulatedCall } from './simulated-call.ts'

/** Those who call, leave, and come back after an answer that a retry may better. */
export class Callers {
  readonly calls: SimulatedCall[] = []
  readonly #run: Run
  readonly #hosts: readonly Host[]
  readonly #handlers: Handlers

  constructor(run: Run, hosts: readonly Host[], handlers: Handlers) {
    this.#run = run
    this.#hosts = hosts
    this.#handlers = handlers
  }

  plan(planned: PlannedCall, afterMs: number): void {
    const host = this.#hosts[planned.machine] as Host
    this.#run.time.after(afterMs, () => host.machine.deliver(() => void this.call(host, planned)))
  }

  async call(host: Host, planned: PlannedCall): Promise<SimulatedCall> {
    const { trace, random } = this.#run
    const signal = this.#leaving(host, planned.goneAfterMs)
    const call = this.#begin(host, planned.key)
    trace?.(`${host.machine.name} call ${call.number} of key ${planned.key}`)
    const end = await this.#endOf(call, planned, signal)
    if (host.machine.state === 'crashed') return call
    trace?.(`${host.machine.name} call ${call.number} ends: ${shown(end)}`)
    call.end = end
    this.#run.judge(() => endIsTrue(this.#run, call, end))
    if (end.kind === 'error' && planned.retries > 0 && mayRetry(end.error) && !this.#run.calm) {
      this.plan({ ...planned, retries: planned.retries - 1 }, random.int(800))
    }
    return call
  }

  #leaving({ machine }: Host, afterMs: number | null): AbortSignal {
    const gone = new AbortController()
    if (afterMs !== null) this.#run.time.after(afterMs, () => machine.deliver(() => gone.abort()))
    return gone.signal
  }

  #begin(on: Host, key: number): SimulatedCall {
    const call: SimulatedCall = {
      number: this.calls.length,
      on,
      id: idOf(key),
      startedAt: this.#run.time.now,
      runs: 0,
      stuck: false,
      end: undefined,
    }
    this.calls.push(call)
    return call
  }

  #endOf(call: SimulatedCall, { key, asks }: PlannedCall, signal: AbortSignal): Promise<End> {
    return call.on.operation
      .once({ ...named(key), request: { asks }, signal }, (attempt) =>
        this.#handlers.handle(call.on, call, attempt),
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
  }
}

function mayRetry(error: unknown): boolean {
  return error instanceof CounterfoilError && error.retry === 'later'
}
