import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'

/** A loaded machine starts them slowly. */
const PATIENCE_MS = 30_000

export interface Start {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Its port: known before, or to be found in what it says. */
  readonly port: number | { readonly on: 'stdout' | 'stderr'; readonly line: RegExp }
}

const running = new Set<ChildProcess>()

/** For when the bench itself ends before its time. */
export function endAll(): void {
  for (const child of running) child.kill('SIGTERM')
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
  static async start(name: string, { command, args, env, port }: Start): Promise<ServerProcess> {
    const reads = (
      stream: 'stdout' | 'stderr',
      otherwise: 'ignore' | 'inherit',
    ): 'pipe' | typeof otherwise => (typeof port === 'object' && port.on === stream ? 'pipe' : otherwise)
    const child = spawn(command, args, {
      stdio: ['ignore', reads('stdout', 'ignore'), reads('stderr', 'inherit')],
      env: { ...process.env, NODE_ENV: 'production', ...env },
    })
    running.add(child)
    child.once('exit', () => running.delete(child))
    const failed = new Promise<never>((_, reject) => {
      child.once('error', reject)
      child.once('exit', (code) => reject(new Error(`${name} ended with code ${code} before it listened`)))
    })
    failed.catch(() => undefined)
    const found = typeof port === 'object' ? toldPort(child[port.on] as Readable, port.line) : accepting(port)
    try {
      return new ServerProcess(child, await Promise.race([failed, found]))
    } catch (error) {
      child.kill('SIGKILL')
      throw error
    }
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const exit = once(this.#process, 'exit')
    this.#process.kill('SIGTERM')
    await exit
  }
}

function toldPort(stream: Readable, pattern: RegExp): Promise<number> {
  return new Promise((resolve) => {
    createInterface({ input: stream }).on('line', (line) => {
      const port = pattern.exec(line)?.[1]
      if (port !== undefined) resolve(Number(port))
    })
  })
}

/** Resolves with the port once somebody listens on it. */
export async function accepting(port: number): Promise<number> {
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until; await pause(10)) {
    if (await isAccepting(port)) return port
  }
  throw new Error(`nobody listens on port ${port} after ${PATIENCE_MS / 1000} s`)
}

export async function isAccepting(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  const connected = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return connected
}
