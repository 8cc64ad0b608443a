import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { type ContenderName, titleOf } from './contenders.ts'
import type { Measured } from './measure.ts'
import type { Effort } from './plan.ts'
import { type ServerUrls, variablesOf } from './servers/urls.ts'
import type { Cell } from './workload.ts'

/** What a child says, a line each. */
export type Told =
  | { readonly kind: 'warm' }
  | { readonly kind: 'measured'; readonly measured: Measured }
  /** Its last word. */
  | { readonly kind: 'failed'; readonly why: string }

/** A contender that can't be measured any further. */
export class ContenderFailed extends Error {
  readonly why: string

  constructor(contender: ContenderName, why: string) {
    super(`${titleOf(contender)} failed: ${why}`)
    this.why = why
  }
}

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
    await child.#told()
    return child
  }

  async measure({ workload, atOnce }: Cell): Promise<Measured> {
    this.#process.stdin.write(`${workload}/${atOnce}\n`)
    const told = await this.#told()
    if (told.kind === 'measured') return told.measured
    throw new ContenderFailed(this.#name, `it was ${told.kind} where a measurement was asked for`)
  }

  async end(): Promise<void> {
    this.#process.stdin.end()
    await this.#exit
  }

  async #told(): Promise<Exclude<Told, { kind: 'failed' }>> {
    const { value, done } = await this.#lines.next()
    if (done) throw new ContenderFailed(this.#name, `it ended with code ${await this.#exit}`)
    const told = JSON.parse(value) as Told
    if (told.kind === 'failed') throw new ContenderFailed(this.#name, told.why)
    return told
  }
}
