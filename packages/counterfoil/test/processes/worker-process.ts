import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, onTestFinished } from 'vitest'
import { PATIENCE_MS } from './counts.ts'
import { freshTemporaryFolder, kill, leftBehind, mustNotOutlive, removeFolder } from './to-clean-up.ts'
import type { Answer, CallsOrder, FromWorker, ToWorker, WorkerTerms } from './worker-messages.ts'

afterAll(() => expect(leftBehind()).toEqual([]))

/** A test that runs beside others hands in its own `onTestFinished`. */
type AtTheEnd = typeof onTestFinished

/** A folder with a file of receipts and a ledger; gone with the test. */
export function freshFolder(atTheEnd: AtTheEnd = onTestFinished): { file: string; ledger: string } {
  const folder = freshTemporaryFolder()
  atTheEnd(() => removeFolder(folder))
  return { file: join(folder, 'receipts.db'), ledger: join(folder, 'ledger') }
}

/** One real process with the service in it; killed with the test, whatever fails. Each wait for it has a bound. */
export class WorkerProcess {
  readonly #child: ChildProcess
  readonly #heard: FromWorker[] = []
  readonly #exited: Promise<unknown>

  private constructor(terms: WorkerTerms, atTheEnd: AtTheEnd) {
    this.#child = fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), [JSON.stringify(terms)], {
      execArgv: ['--conditions=@counterfoil/source'],
    })
    mustNotOutlive(this.#child)
    // As many as orders are under way wait for the next message.
    this.#child.setMaxListeners(0)
    this.#child.on('message', (message: FromWorker) => this.#heard.push(message))
    this.#exited = once(this.#child, 'exit')
    atTheEnd(() => kill(this.#child))
  }

  static async start(terms: WorkerTerms, atTheEnd: AtTheEnd = onTestFinished): Promise<WorkerProcess> {
    const worker = new WorkerProcess(terms, atTheEnd)
    await worker.hears('ready')
    return worker
  }

  static startAll(count: number, terms: WorkerTerms): Promise<readonly WorkerProcess[]> {
    return Promise.all(Array.from({ length: count }, () => WorkerProcess.start(terms)))
  }

  /** @returns the answers of all its calls, once the last one has ended. */
  call(order: CallsOrder): Promise<readonly Answer[]> {
    return mayBeLeft(this.callTimed(order).then(({ answers }) => answers))
  }

  /** @returns also when the last one ended, by the worker's wall clock. */
  callTimed(order: CallsOrder): Promise<Extract<FromWorker, { say: 'answers' }>> {
    this.tell({ do: 'call', ...order })
    return mayBeLeft(this.hears('answers'))
  }

  /** The next message of this kind, whether it has come already or is still to come. */
  async hears<S extends FromWorker['say']>(say: S): Promise<Extract<FromWorker, { say: S }>> {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    for (;;) {
      const index = this.#heard.findIndex((message) => message.say === say)
      if (index >= 0) return this.#heard.splice(index, 1)[0] as Extract<FromWorker, { say: S }>
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        throw new Error(`a worker process ended before it said '${say}'`)
      }
      const ended = this.#exited.then(() => undefined)
      await Promise.race([once(this.#child, 'message', { signal }), ended]).catch(() => {
        throw new Error(`a worker process did not say '${say}' within ${PATIENCE_MS} ms`)
      })
    }
  }

  async hearsTimes(times: number, say: FromWorker['say']): Promise<void> {
    for (let heard = 0; heard < times; heard += 1) await this.hears(say)
  }

  /** All of this kind that have come and that nobody has waited for. */
  heard<S extends FromWorker['say']>(say: S): readonly Extract<FromWorker, { say: S }>[] {
    return this.#heard.filter((message) => message.say === say) as Extract<FromWorker, { say: S }>[]
  }

  /** Gives the order and waits for the process to die of it. */
  async diesOf(order: CallsOrder): Promise<void> {
    this.tell({ do: 'call', ...order })
    await this.killed()
  }

  /** @throws {Error} where it ends in another way than by SIGKILL, or not at all. */
  async killed(): Promise<void> {
    await this.exit()
    if (this.#child.signalCode !== 'SIGKILL') throw new Error('a worker process was to die, and lived on')
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  /** @returns the exit code; `null` where a signal ended it. */
  async exit(): Promise<number | null> {
    let timer: NodeJS.Timeout | undefined
    const tooLate = new Promise<never>((_, reject) => {
      const fail = (): void => reject(new Error(`a worker process did not end within ${PATIENCE_MS} ms`))
      timer = setTimeout(fail, PATIENCE_MS)
    })
    await Promise.race([this.#exited, tooLate]).finally(() => clearTimeout(timer))
    return this.#child.exitCode
  }

  /** It settles what it runs, and ends by itself. */
  async close(): Promise<void> {
    this.tell({ do: 'close' })
    expect(await this.exit()).toBe(0)
  }

  tell(message: ToWorker): void {
    this.#child.send(message)
  }
}

/** A test that has failed waits for no answer any more: that none comes then is no failure of its own. */
function mayBeLeft<T>(answer: Promise<T>): Promise<T> {
  answer.catch(() => undefined)
  return answer
}
