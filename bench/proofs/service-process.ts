import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { accepting, isAccepting } from '../http/server-process.ts'

export interface Start {
  readonly args: readonly string[]
  readonly port: number
  /** It accepts connections before it can serve, and says `listening on PORT` when it can. */
  readonly says?: true
}

const running = new Set<ServiceProcess>()

/** For when the run itself ends before its time. */
export function killAll(): void {
  for (const service of running) service.killNow()
}

/** A service in processes of its own, which can be killed as a crash does, and started again where it was. */
export class ServiceProcess {
  readonly #start: Start
  #process: ChildProcess
  /** What it complained of last: told only where it does not come up. */
  #complaint = ''

  private constructor(start: Start) {
    this.#start = start
    this.#process = spawned(start)
    running.add(this)
  }

  /** Resolves when it accepts connections. */
  static async start(start: Start): Promise<ServiceProcess> {
    const service = new ServiceProcess(start)
    await service.#listening()
    return service
  }

  /** `kill -9`, with all that it has started. */
  async kill(): Promise<void> {
    if (this.#isGone()) return
    const exit = once(this.#process, 'exit')
    this.killNow()
    await exit
    // What it had started may take a moment longer.
    while (await isAccepting(this.#start.port)) await pause(10)
  }

  killNow(): void {
    // The group: what it has started goes with it.
    if (!this.#isGone()) process.kill(-(this.#process.pid as number), 'SIGKILL')
  }

  async restart(): Promise<void> {
    await this.kill()
    this.#process = spawned(this.#start)
    await this.#listening()
  }

  async end(): Promise<void> {
    await this.kill()
    running.delete(this)
  }

  async #listening(): Promise<void> {
    this.#process.stderr?.on('data', (chunk: Buffer) => {
      this.#complaint = chunk.toString()
    })
    const died = once(this.#process, 'exit').then(([code]) => {
      throw new Error(
        `${this.#start.args.join(' ')} ended with code ${code} before it listened: ${this.#complaint}`,
      )
    })
    died.catch(() => undefined)
    await Promise.race([this.#start.says ? said(this.#process) : accepting(this.#start.port), died])
  }

  #isGone(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null
  }
}

async function said(child: ChildProcess): Promise<void> {
  for await (const line of createInterface({ input: child.stdout as Readable })) {
    if (line.startsWith('listening on ')) return
  }
}

function spawned({ args, says }: Start): ChildProcess {
  return spawn(process.execPath, ['--conditions=@counterfoil/source', ...args], {
    stdio: ['ignore', says ? 'pipe' : 'ignore', 'pipe'],
    detached: true,
    env: { ...process.env, NODE_ENV: 'production', NODE_NO_WARNINGS: '1' },
  })
}
