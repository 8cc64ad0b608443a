import type { Attempt } from '../../../src/index.ts'
import type { Effect } from './books.ts'
import type { Host } from './host.ts'
import { begin } from './judging/beginnings.ts'
import type { Script } from './plan.ts'
import type { Run } from './run.ts'
import { play } from './script.ts'
import type { SimulatedCall } from './simulated-call.ts'

const calmScript: Script = { ms: 10, ends: 'returns', heedsSignal: true }

/** The handlers of all hosts: each has a side effect, and the scripts of the plan say how it goes. */
export class Handlers {
  readonly #run: Run
  #begun = 0

  constructor(run: Run) {
    this.#run = run
  }

  /** @param call whose own handler it is; nobody's, where a kept request is run again. */
  async handle(host: Host, call: SimulatedCall | undefined, attempt: Attempt): Promise<string> {
    if (host.machine.state === 'crashed') return new Promise(() => undefined)
    const { books, time, trace } = this.#run
    const script = this.#nextScript()
    const effect = this.#effectOf(host, call, attempt, script)
    trace?.(`${host.machine.name} runs for call ${call?.number}, to last ${script.ms} ms: ${script.ends}`)
    begin(this.#run, effect, call)
    books.running.add(effect)
    if (script.ends === 'never') {
      host.stuck = true
      if (call) call.stuck = true
    }
    try {
      return await play(script, attempt, effect, time)
    } finally {
      effect.endedAt = time.now
      books.running.delete(effect)
    }
  }

  #nextScript(): Script {
    const { calm, plan } = this.#run
    const script = calm ? calmScript : (plan.scripts[this.#begun % plan.scripts.length] as Script)
    this.#begun += 1
    return script
  }

  #effectOf(
    { machine }: Host,
    call: SimulatedCall | undefined,
    { fence, number }: Attempt,
    script: Script,
  ): Effect {
    return {
      id: fence.id,
      caller: call?.number ?? -1,
      machine,
      fence,
      beganAt: this.#run.time.now,
      executed: script.ends !== 'not_executed',
      value: `run ${this.#begun} on ${machine.name}, attempt ${number}`,
      endedAt: null,
      signalFiredAt: null,
    }
  }
}
