import type { ChildProcess } from 'node:child_process'
import { within } from './within.ts'

const running = new Set<ChildProcess>()

/** At once, whatever they are doing, even those that are stopped. */
export function killAll(): void {
  for (const child of running) child.kill('SIGKILL')
}

/** A process and what has happened in it. Each wait has a bound, and says in its error what did not happen. */
export class WatchedProcess {
  readonly #name: string
  readonly #child: ChildProcess
  readonly #waits = new Set<() => void>()
  readonly #seen = new Map<string, number>()
  #ended: string | undefined

  constructor(name: string, child: ChildProcess, onEnd: () => void = () => undefined) {
    this.#name = name
    this.#child = child
    running.add(child)
    const over = (how: string): void => {
      this.#ended ??= how
      running.delete(child)
      onEnd()
      this.#look()
    }
    child.on('error', ({ message }) => over(message))
    child.on('exit', (code, signal) => over(signal ?? `exit code ${code}`))
  }

  /** How it ended; `undefined` while it runs. */
  get ended(): string | undefined {
    return this.#ended
  }

  /** How often this has happened in it so far. */
  count(what: string): number {
    return this.#seen.get(what) ?? 0
  }

  happened(what: string): void {
    this.#seen.set(what, this.count(what) + 1)
    this.#look()
  }

  /** Resolves once this has happened so many times, counted from its start. */
  until(what: string, times = 1): Promise<void> {
    return this.wait(`${this.#name} did not report '${what}'`, () => {
      if (this.count(what) >= times) return true
      if (this.#ended === undefined) return false
      throw new Error(`${this.#name} ended (${this.#ended}) before it reported '${what}'`)
    })
  }

  untilEnded(): Promise<void> {
    return this.wait(`${this.#name} did not end`, () => this.#ended !== undefined)
  }

  /** `kill -9`, and its end. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.untilEnded()
  }

  /** Looks whenever something happens. */
  async wait(failure: string, isThere: () => boolean): Promise<void> {
    let look = (): void => undefined
    const there = new Promise<void>((resolve, reject) => {
      look = () => {
        try {
          if (isThere()) resolve()
        } catch (error) {
          reject(error)
        }
      }
    })
    this.#waits.add(look)
    look()
    await within(there, failure).finally(() => this.#waits.delete(look))
  }

  #look(): void {
    for (const look of this.#waits) look()
  }
}
