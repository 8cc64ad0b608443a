import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { LoadTerms, Measured } from './terms.ts'

/** The load's process: one for the whole run, so that it is as warm for the first server as for the last. */
export class Load {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>
  readonly #lines: AsyncIterator<string>
  readonly #exit: Promise<unknown>

  constructor() {
    const script = fileURLToPath(import.meta.resolve('./load-process.ts'))
    this.#process = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#process.stdin.on('error', () => undefined)
    this.#exit = once(this.#process, 'exit')
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]()
  }

  /** @throws where the server answered wrongly; stderr says how */
  async measure(terms: LoadTerms): Promise<Measured> {
    this.#process.stdin.write(`${JSON.stringify(terms)}\n`)
    const { value, done } = await this.#lines.next()
    if (done) throw new Error(`the load broke off under ${terms.workload}, ${terms.atOnce} at once`)
    return JSON.parse(value) as Measured
  }

  async end(): Promise<void> {
    this.#process.stdin.end()
    await this.#exit
  }
}
