import { type ChildProcess, spawn } from 'node:child_process'
import { on } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type ContenderName, titleOf } from './contenders.ts'
import type { Measured } from './measure.ts'
import type { Effort } from './plan.ts'
import { type ServerUrls, variablesOf } from './servers/urls.ts'
import type { Cell } from './workload.ts'

/** What a child says. */
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

/** A cell takes seconds; some peers ask their own server for a minute before they give up. */
const PATIENCE_MS = 180_000
const ENDS_WITHIN_MS = 10_000

/** A contender's process: it measures when it is told to, and sleeps in between. */
export class Child {
  readonly #name: ContenderName
  readonly #process: ChildProcess
  readonly #said: AsyncIterator<[Told], undefined>
  readonly #exit: Promise<string>

  private constructor({ contender, folder, servers, warmUpMs, cellMs, profiled }: ChildTerms) {
    const script = fileURLToPath(import.meta.resolve('./child.ts'))
    const terms = [contender, folder, String(warmUpMs), String(cellMs), ...(profiled ? ['profiled'] : [])]
    this.#name = contender
    // A contender may print what it likes: what is meant for the bench goes over a channel of its own.
    this.#process = spawn(process.execPath, [...process.execArgv, script, ...terms], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { ...process.env, ...variablesOf(servers) },
    })
    this.#exit = new Promise((resolve) => {
      this.#process.on('error', ({ message }) => resolve(message))
      this.#process.on('exit', (code, signal) => resolve(`it ended by ${signal ?? `code ${code}`}`))
    })
    this.#said = on(this.#process, 'message', { close: ['disconnect'] }) as AsyncIterator<[Told], undefined>
  }

  /** Resolves when it is warm. */
  static async start(terms: ChildTerms): Promise<Child> {
    const child = new Child(terms)
    try {
      await child.#told('warm')
      return child
    } catch (error) {
      await child.end()
      throw error
    }
  }

  async measure(cell: Cell): Promise<Measured> {
    this.#process.send(cell, () => undefined)
    return (await this.#told('measured')).measured
  }

  async end(): Promise<void> {
    if (this.#process.connected) this.#process.disconnect()
    const ended = new AbortController()
    const late = pause(ENDS_WITHIN_MS, undefined, { signal: ended.signal })
    late.then(() => this.#process.kill('SIGKILL')).catch(() => undefined)
    await this.#exit
    ended.abort()
  }

  async #told<Kind extends Told['kind']>(expected: Kind): Promise<Extract<Told, { kind: Kind }>> {
    const told = await this.#next()
    if (told.kind === expected) return told as Extract<Told, { kind: Kind }>
    throw new ContenderFailed(this.#name, told.kind === 'failed' ? told.why : `it said '${told.kind}'`)
  }

  /** Of one that is gone or silent: that it has failed. */
  async #next(): Promise<Told> {
    const heard = new AbortController()
    const silence = pause(PATIENCE_MS, undefined, { signal: heard.signal }).then(
      (): Told => ({ kind: 'failed', why: `it said nothing for ${PATIENCE_MS / 1000} s` }),
    )
    const said = this.#said
      .next()
      .then(
        async ({ value, done }): Promise<Told> =>
          done ? { kind: 'failed', why: await this.#exit } : value[0],
      )
    try {
      return await Promise.race([said, silence])
    } finally {
      heard.abort()
      silence.catch(() => undefined)
    }
  }
}
