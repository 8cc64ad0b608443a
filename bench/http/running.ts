import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import type { ServerProcess } from './server-process.ts'
import { type ServerName, servers } from './servers.ts'
import { type Origin, startServer, startUpstream } from './start.ts'

export interface Place {
  readonly origin: Origin
  readonly folder: string
}

interface Terms extends Place {
  /** Before any is measured, so that what is measured first is no slower than what comes after it. */
  warmUp(name: ServerName, server: ServerProcess): Promise<void>
}

/** The servers of one round, each a fresh process with files of its own, and the upstream behind the proxies. */
export class Running {
  readonly #terms: Terms
  readonly #upstream: ServerProcess
  readonly #started = new Map<ServerName, ServerProcess>()

  private constructor(terms: Terms, upstream: ServerProcess) {
    this.#terms = terms
    this.#upstream = upstream
  }

  static async start(names: Iterable<ServerName>, terms: Terms): Promise<Running> {
    const running = new Running(terms, await startUpstream())
    try {
      for (const name of names) if (!servers[name].restless) await running.#start(name)
      return running
    } catch (error) {
      await running.end()
      throw error
    }
  }

  /** What works even while nobody asks it anything runs only while it is measured: it would take that time from others. */
  async during<T>(name: ServerName, measure: (server: ServerProcess) => Promise<T>): Promise<T> {
    const server = this.#started.get(name) ?? (await this.#start(name))
    const result = await measure(server)
    if (servers[name].restless) {
      await server.end()
      this.#started.delete(name)
    }
    return result
  }

  async end(): Promise<void> {
    await Promise.all([...this.#started.values(), this.#upstream].map((server) => server.end()))
  }

  async #start(name: ServerName): Promise<ServerProcess> {
    const { origin, folder, warmUp } = this.#terms
    const files = mkdtempSync(join(folder, `${name}-`))
    const server = await startServer(name, { origin, upstreamPort: this.#upstream.port, folder: files })
    this.#started.set(name, server)
    await warmUp(name, server)
    return server
  }
}
