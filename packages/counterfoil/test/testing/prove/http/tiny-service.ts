import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo, Server, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { keyFromHeader } from '../../../../src/core/index.ts'

/** How it differs from a service that is as plain as can be, and right. */
export interface Manners {
  /** It has no idempotency at all. */
  readonly runsEveryRequest?: true
  /** Every run has the same answer; or nobody gets any. */
  readonly answers?: 'alike' | 'never'
  /** What a duplicate is told while the first one runs. */
  readonly refusesDuplicatesWith?: 202 | 400 | 409
  /** Another one is no valid request. */
  readonly onlyBody?: string
  /** It takes no key that isn't in quotes. */
  readonly wantsQuotes?: true
  /** So often it hangs up instead of answering: one in so many. */
  readonly hangsUpOn?: number
  /** The effect comes so long after the answer. */
  readonly effectAfterMs?: number
  readonly listensOn?: string
  readonly server?: (listener: RequestListener) => Server
}

export interface TinyService {
  readonly port: number
  readonly countEffects: (key: string) => Promise<number>
  readonly bodies: readonly string[]
  /** Resolves when a request has come. */
  readonly asked: Promise<void>
  /** As its end does it to all its connections. */
  hangUp(): void
  close(): Promise<void>
}

interface Kept {
  readonly request: string
  readonly answer: Promise<string>
  settled: boolean
}

export async function tinyService(manners: Manners = {}): Promise<TinyService> {
  const handler = new Handler(manners)
  const server = (manners.server ?? createServer)((request, response) => {
    handler.serve(request, response).catch(() => response.destroy())
  })
  const connections = new Set<Socket>()
  server.on('connection', (socket) => connections.add(socket))
  const hangUp = (): void => {
    for (const socket of connections) socket.destroy()
  }
  await new Promise<void>((resolve) => server.listen(0, manners.listensOn ?? '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    countEffects: async (key) => handler.effects.get(key) ?? 0,
    bodies: handler.bodies,
    asked: handler.asked.promise,
    hangUp,
    async close() {
      hangUp()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

class Handler {
  readonly effects = new Map<string, number>()
  readonly bodies: string[] = []
  readonly asked: PromiseWithResolvers<void> = Promise.withResolvers()
  readonly #manners: Manners
  readonly #kept = new Map<string, Kept>()
  #requests = 0
  #charges = 0

  constructor(manners: Manners) {
    this.#manners = manners
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#requests += 1
    const { hangsUpOn, wantsQuotes, onlyBody } = this.#manners
    if (hangsUpOn !== undefined && this.#requests % hangsUpOn === 0) request.socket.destroy()
    const body = `${await buffer(request)}`
    this.bodies.push(body)
    this.asked.resolve()
    if (this.#manners.answers === 'never') return
    const field = request.headers['idempotency-key'] as string | undefined
    const invalid = onlyBody !== undefined && onlyBody !== body
    if (field === undefined || invalid || (wantsQuotes && !field.startsWith('"'))) {
      response.writeHead(400).end()
      return
    }
    await this.#answer(String(keyFromHeader([field])), JSON.stringify(sorted(body)), response)
  }

  async #answer(key: string, request: string, response: ServerResponse): Promise<void> {
    const known = this.#manners.runsEveryRequest ? undefined : this.#kept.get(key)
    if (known !== undefined && known.request !== request) {
      response.writeHead(422).end()
    } else if (known !== undefined && !known.settled && this.#manners.refusesDuplicatesWith) {
      response.writeHead(this.#manners.refusesDuplicatesWith).end()
    } else {
      const { answer } = known ?? this.#claim(key, request)
      response.writeHead(201, { 'Content-Type': 'application/json' }).end(await answer)
    }
  }

  #claim(key: string, request: string): Kept {
    const own: Kept = { request, answer: this.#charge(key), settled: false }
    this.#kept.set(key, own)
    void own.answer.then(() => {
      own.settled = true
    })
    return own
  }

  async #charge(key: string): Promise<string> {
    const { effectAfterMs = 0, answers } = this.#manners
    void setTimeout(effectAfterMs).then(() => this.effects.set(key, (this.effects.get(key) ?? 0) + 1))
    await setTimeout(5)
    this.#charges += answers === 'alike' ? 0 : 1
    return JSON.stringify({ id: `ch_${this.#charges}` })
  }
}

/** The members in one order, as far as it goes for requests of one level. */
function sorted(body: string): unknown {
  return Object.entries(JSON.parse(body) as object).toSorted(([a], [b]) => (a < b ? -1 : 1))
}
