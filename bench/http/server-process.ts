import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

export interface Start {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Where it tells its port, and how. */
  readonly says: { readonly on: 'stdout' | 'stderr'; readonly port: RegExp }
}

/** A server in a process of its own, as it would run in production. */
export class ServerProcess {
  readonly port: number
  readonly pid: number
  readonly #process: ChildProcess

  private constructor(child: ChildProcess, port: number) {
    this.port = port
    this.pid = child.pid as number
    this.#process = child
  }

  /** Resolves when it listens. */
  static async start(name: string, { command, args, env, says }: Start): Promise<ServerProcess> {
    const child = spawn(command, args, {
      stdio: ['ignore', says.on === 'stdout' ? 'pipe' : 'ignore', says.on === 'stderr' ? 'pipe' : 'inherit'],
      env: { ...process.env, NODE_ENV: 'production', ...env },
    })
    return new ServerProcess(child, await portOf(name, child, child[says.on] as Readable, says.port))
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const exit = once(this.#process, 'exit')
    this.#process.kill('SIGTERM')
    await exit
  }
}

function portOf(name: string, child: ChildProcess, stream: Readable, pattern: RegExp): Promise<number> {
  const said: string[] = []
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`${name} ended with code ${code}: ${said.join('\n')}`)))
    createInterface({ input: stream }).on('line', (line) => {
      said.push(line)
      const port = pattern.exec(line)?.[1]
      if (port !== undefined) resolve(Number(port))
    })
  })
}
