import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { Answer, CallsOrder, FromWorker, ToWorker, WorkerTerms } from './worker-messages.ts'

const BOUND_MS = 40_000

/** A folder with a file of receipts and a ledger; gone with the test. */
export function freshFolder(): { file: string; ledger: string } {
  const folder = mkdtempSync(join(tmpdir(), 'counterfoil-processes-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  return { file: join(folder, 'receipts.db'), ledger: join(folder, 'ledger') }
}

/** One real process with the service in it; killed with the test, whatever fails. */
export class WorkerProcess {
  readonly #child: ChildProcess
  readonly #heard: FromWorker[] = []
  readonly #exited: Promise<unknown>

  private constructor(terms: WorkerTerms) {
    this.#child = fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), [JSON.stringify(terms)], {
      execArgv: ['--conditions=@counterfoil/source'],
    })
    // As many as orders are under way wait for the next message.
    this.#child.setMaxListeners(0)
    this.#child.on('message', (message: FromWorker) => this.#heard.push(message))
    this.#exited = once(this.#child, 'exit')
    onTestFinished(async () => {
      this.#child.kill('SIGKILL')
      await this.#exited
    })
  }

  static async start(terms: WorkerTerms): Promise<WorkerProcess> {
    const worker = new WorkerProcess(terms)
    await worker.hears('ready')
    return worker
  }

  /** @returns the answers of all its calls, once the last one has ended. */
  async call(order: CallsOrder): Promise<readonly Answer[]> {
    this.#tell({ do: 'call', ...order })
    const { answers } = (await this.hears('answers')) as Extract<FromWorker, { say: 'answers' }>
    return answers
  }

  /** The next message of this kind, whether it has come already or is still to come. */
  async hears(say: FromWorker['say']): Promise<FromWorker> {
    const signal = AbortSignal.timeout(BOUND_MS)
    for (;;) {
      const index = this.#heard.findIndex((message) => message.say === say)
      if (index >= 0) return this.#heard.splice(index, 1)[0] as FromWorker
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        throw new Error(`a worker process ended before it said '${say}'`)
      }
      const ended = this.#exited.then(() => undefined)
      await Promise.race([once(this.#child, 'message', { signal }), ended]).catch(() => {
        throw new Error(`a worker process did not say '${say}' within ${BOUND_MS} ms`)
      })
    }
  }

  /** Gives the order and waits for the process to die of it. */
  async diesOf(order: CallsOrder): Promise<void> {
    this.#tell({ do: 'call', ...order })
    await this.exit()
    if (this.#child.signalCode !== 'SIGKILL') throw new Error('a worker process was to die, and lived on')
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  /** @returns the exit code; `null` where a signal ended it. */
  async exit(): Promise<number | null> {
    await this.#exited
    return this.#child.exitCode
  }

  async close(): Promise<void> {
    this.#tell({ do: 'close' })
    await this.exit()
  }

  #tell(message: ToWorker): void {
    this.#child.send(message)
  }
}
