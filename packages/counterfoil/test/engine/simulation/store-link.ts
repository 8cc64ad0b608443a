import type { ReceiptId, ReceiptStore, Watch } from '../../../src/index.ts'
import { StoreUnavailable } from '../../../src/index.ts'
import type { Machine } from './machine.ts'
import type { VirtualTime } from './virtual-time.ts'

type Verb = Exclude<keyof ReceiptStore, 'name' | 'watch' | 'describe' | 'close'>

/** What becomes of one call to the store, on its way there and back. */
export interface Fate {
  /** From the call to its decision in the store. */
  readonly sendMs: number
  /** From there to the caller; of a wake-up, the whole way. */
  readonly answerMs: number
  readonly fault:
    | 'none'
    /** It never arrives. */
    | 'request_lost'
    /** It is decided and written, and the caller doesn't hear of it. */
    | 'answer_lost'
    /** The caller is told that it failed, and it arrives after that. */
    | 'request_late'
}

export interface LinkTerms {
  readonly store: ReceiptStore
  readonly machine: Machine
  readonly time: VirtualTime
  readonly fateOf: (verb: Verb | 'wake') => Fate
  /** Told of every call that the store has decided, at that moment. */
  readonly applied?: (
    verb: Verb,
    parameters: readonly unknown[],
    answer: unknown,
    fault: Fate['fault'],
  ) => void
}

/** The way between one process and the store that all of them share: slow, lossy, and cut off when the process dies. */
export class StoreLink implements ReceiptStore {
  readonly name = 'simulated'
  readonly #terms: LinkTerms
  readonly calls: Record<Verb, number> = {
    claim: 0,
    settle: 0,
    renew: 0,
    yield: 0,
    refused: 0,
    saveStep: 0,
    readSteps: 0,
    read: 0,
    list: 0,
    findAbandoned: 0,
    stats: 0,
    changeByHand: 0,
    sweep: 0,
    audit: 0,
    age: 0,
  }
  /** Subscriptions that stand. */
  watches = 0
  watchesEver = 0

  constructor(terms: LinkTerms) {
    this.#terms = terms
  }

  claim: ReceiptStore['claim'] = (...all) => this.#send('claim', all)
  settle: ReceiptStore['settle'] = (...all) => this.#send('settle', all)
  renew: ReceiptStore['renew'] = (...all) => this.#send('renew', all)
  yield: ReceiptStore['yield'] = (...all) => this.#send('yield', all)
  refused: ReceiptStore['refused'] = (...all) => this.#send('refused', all)
  saveStep: ReceiptStore['saveStep'] = (...all) => this.#send('saveStep', all)
  readSteps: ReceiptStore['readSteps'] = (...all) => this.#send('readSteps', all)
  read: ReceiptStore['read'] = (...all) => this.#send('read', all)
  list: ReceiptStore['list'] = (...all) => this.#send('list', all)
  findAbandoned: ReceiptStore['findAbandoned'] = (...all) => this.#send('findAbandoned', all)
  stats: ReceiptStore['stats'] = (...all) => this.#send('stats', all)
  changeByHand: ReceiptStore['changeByHand'] = (...all) => this.#send('changeByHand', all)
  sweep: ReceiptStore['sweep'] = (...all) => this.#send('sweep', all)
  audit: ReceiptStore['audit'] = (...all) => this.#send('audit', all)
  age: ReceiptStore['age'] = (...all) => this.#send('age', all)

  describe: ReceiptStore['describe'] = () => this.#terms.store.describe()

  watch(id: ReceiptId, wake: () => void): Watch {
    const { store, machine, time, fateOf } = this.#terms
    let stopped = false
    this.watches += 1
    this.watchesEver += 1
    const watch = store.watch(id, () => {
      time.after(fateOf('wake').answerMs, () => machine.deliver(() => void (stopped || wake())))
    })
    return {
      stop: () => {
        if (!stopped) this.watches -= 1
        stopped = true
        watch.stop()
      },
    }
  }

  /** The store outlives each process. */
  async close(): Promise<void> {}

  #send<V extends Verb>(verb: V, parameters: readonly unknown[]): ReturnType<ReceiptStore[V]> {
    const { machine, time, fateOf } = this.#terms
    this.calls[verb] += 1
    const answer = new Promise((resolve, reject) => {
      // Sent in the moment that it is called, or never: a process that is down sends nothing.
      if (machine.state !== 'up') return
      const { sendMs, answerMs, fault } = fateOf(verb)
      const hear = (what: () => void, ms: number): void => void time.after(ms, () => machine.deliver(what))
      const unreachable = (): void =>
        reject(new StoreUnavailable('simulated', 'unreachable', 'could not be reached'))
      if (fault === 'request_lost') {
        hear(unreachable, sendMs + answerMs)
        return
      }
      if (fault === 'request_late') hear(unreachable, sendMs)
      time.after(fault === 'request_late' ? sendMs + answerMs : sendMs, () => {
        this.#decide(verb, parameters, fault).then(
          (decided) => {
            if (fault === 'none') hear(() => resolve(decided), answerMs)
            if (fault === 'answer_lost') hear(unreachable, answerMs)
          },
          (error) => hear(() => reject(error), answerMs),
        )
      })
    })
    return answer as ReturnType<ReceiptStore[V]>
  }

  async #decide(verb: Verb, parameters: readonly unknown[], fault: Fate['fault']): Promise<unknown> {
    const { store, applied } = this.#terms
    const decide = store[verb] as (...all: unknown[]) => Promise<unknown>
    const answer = await decide.apply(store, [...parameters])
    applied?.(verb, parameters, answer, fault)
    return answer
  }
}
