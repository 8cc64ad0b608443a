import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startPgBouncer } from './pgbouncer.ts'
import { startPostgres } from './postgres.ts'
import { startRedis, startValkey } from './redis.ts'
import { startRedisCluster } from './redis-cluster.ts'
import { ServerMissing } from './server-missing.ts'

/** What a test run can ask the keeper for. */
export type ServerName = 'postgres' | 'redis' | 'redis-cluster' | 'valkey' | 'pgbouncer'

/** What the keeper answers. */
export type KeptServer =
  | { readonly kind: 'running'; readonly urls: readonly string[] }
  | { readonly kind: 'missing'; readonly sentence: string }
  | { readonly kind: 'broken'; readonly message: string }

/** The variable that tells the keeper's address to whoever runs the tests. */
export const keeperVariable = 'COUNTERFOIL_TEST_SERVERS'

/** Test files that did not run for want of a server, and the sentence that says what to do about it. */
export interface NotRun {
  readonly sentence: string
  readonly files: readonly string[]
}

/** Where the keeper is told that a `file` did not run, with the `sentence`, and tells of all of them. */
export const notRunPath = 'not-run'

/** Starts servers for a test run when they are first asked for, each once, and ends them with it. */
export interface Keeper {
  readonly address: string
  close(): Promise<void>
}

interface Started {
  readonly urls: readonly string[]
  stop(): Promise<void>
}

/** Opens the keeper on a port of this machine. */
export async function openKeeper(): Promise<Keeper> {
  const shelf = new Shelf()
  const notRun = new NotRunList()
  const answer = async ({ pathname, searchParams }: URL): Promise<KeptServer | readonly NotRun[]> => {
    const name = pathname.slice(1)
    return name === notRunPath ? notRun.answer(searchParams) : shelf.give(name as ServerName)
  }
  const server = createServer(async ({ url }, response) => {
    response.end(JSON.stringify(await answer(new URL(url ?? '', 'http://keeper'))))
  })
  // Whoever asks again after a long computation of its own would find its connection closed.
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      await closeServer(server)
      await shelf.stop()
    },
  }
}

class NotRunList {
  readonly #files = new Map<string, Set<string>>()

  answer(question: URLSearchParams): readonly NotRun[] {
    const [file, sentence] = [question.get('file'), question.get('sentence')]
    if (file !== null && sentence !== null) {
      this.#files.set(sentence, (this.#files.get(sentence) ?? new Set()).add(file))
    }
    return [...this.#files].map(([sentence, files]) => ({ sentence, files: [...files] }))
  }
}

class Shelf {
  readonly #started = new Map<ServerName, Promise<Started>>()

  async give(name: ServerName): Promise<KeptServer> {
    try {
      return { kind: 'running', urls: (await this.#server(name)).urls }
    } catch (error) {
      if (error instanceof ServerMissing) return { kind: 'missing', sentence: error.message }
      return { kind: 'broken', message: String(error) }
    }
  }

  async stop(): Promise<void> {
    const servers = await Promise.allSettled(this.#started.values())
    await Promise.all(servers.map((server) => server.status === 'fulfilled' && server.value.stop()))
  }

  #server(name: ServerName): Promise<Started> {
    const server = this.#started.get(name) ?? this.#start(name)
    this.#started.set(name, server)
    return server
  }

  async #start(name: ServerName): Promise<Started> {
    switch (name) {
      case 'postgres':
        return given('COUNTERFOIL_TEST_POSTGRES_URL') ?? single(await startPostgres())
      case 'redis':
        return given('COUNTERFOIL_TEST_REDIS_URL') ?? single(await startRedis())
      case 'redis-cluster':
        return given('COUNTERFOIL_TEST_REDIS_CLUSTER_URLS') ?? startRedisCluster()
      case 'valkey':
        return given('COUNTERFOIL_TEST_VALKEY_URL') ?? single(await startValkey())
      case 'pgbouncer':
        return this.#pgBouncer()
      default:
        throw new Error(`There is no server called ${name satisfies never}.`)
    }
  }

  /** One that is given stands before the PostgreSQL that is given, and before no other. */
  async #pgBouncer(): Promise<Started> {
    const bouncer = given('COUNTERFOIL_TEST_PGBOUNCER_URL')
    if (bouncer && given('COUNTERFOIL_TEST_POSTGRES_URL')) return bouncer
    const { urls } = await this.#server('postgres')
    return single(await startPgBouncer(String(urls[0])))
  }
}

function given(variable: string): Started | undefined {
  const urls = process.env[variable]
  return urls ? { urls: urls.split(','), stop: async () => {} } : undefined
}

function single({ url, stop }: { readonly url: string; stop(): Promise<void> }): Started {
  return { urls: [url], stop }
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}
