import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { ContenderName } from './contenders.ts'
import type { Measured } from './measure.ts'
import type { Effort } from './plan.ts'
import { type ServerUrls, variablesOf } from './servers/urls.ts'
import type { Cell } from './workload.ts'

interface ChildTerms extends Pick<Effort, 'warmUpMs' | 'cellMs'> {
  readonly contender: ContenderName
  readonly folder: string
  readonly servers: ServerUrls
  /** Each cell leaves a `*.cpuprofile` of the main thread in the folder. */
  readonly profiled?: true
}

/** A contender's process: it measures when it is told to, and sleeps in between. */
export class Child {
  readonly #name: ContenderName
  readonly #process: ChildProcessByStdio<Writable, Readable, null>
  readonly #lines: AsyncIterator<string>
  readonly #exit: Promise<number | null>

  private constructor({ contender, folder, servers, warmUpMs, cellMs, profiled }: ChildTerms) {
    const script = fileURLToPath(import.meta.resolve('./child.ts'))
    const terms = [contender, folder, String(warmUpMs), String(cellMs), ...(profiled ? ['profiled'] : [])]
    this.#name = contender
    this.#process = spawn(process.execPath, [...process.execArgv, script, ...terms], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...variablesOf(servers) },
    })
    // Whoever asks a dead child finds that there is no answer, and looks at how it ended.
    this.#process.stdin.on('error', () => undefined)
    this.#exit = new Promise((resolve, reject) => {
      this.#process.on('error', reject)
      this.#process.on('close', resolve)
    })
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]()
  }

  /** Resolves when it is warm. */
  static async start(terms: ChildTerms): Promise<Child> {
    const child = new Child(terms)
    await child.#answer()
    return child
  }

  async measure({ workload, atOnce }: Cell): Promise<Measured> {
    this.#process.stdin.write(`${workload}/${atOnce}\n`)
    return JSON.parse(await this.#answer()) as Measured
  }

  async end(): Promise<void> {
    this.#process.stdin.end()
    await this.#exit
  }

  async #answer(): Promise<string> {
    const { value, done } = await this.#lines.next()
    if (!done) return value
    throw new Error(`${this.#name} ended with code ${await this.#exit}; stderr says why`)
  }
}
