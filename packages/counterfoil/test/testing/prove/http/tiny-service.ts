import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'

/** What the service gets wrong; the names say how. */
export type Fault = 'runs every request' | 'looks before it sets' | 'answers in flight without a body'

export interface TinyService {
  readonly url: string
  readonly countEffects: (key: string) => Promise<number>
  close(): Promise<void>
}

interface Kept {
  readonly request: string
  readonly answer: Promise<Answer>
  settled: boolean
}

interface Answer {
  readonly status: number
  readonly body: string
}

/** Just enough of an idempotent service; with no fault it keeps every promise. */
export async function tinyService(fault?: Fault): Promise<TinyService> {
  const kept = new Map<string, Kept>()
  const effects = new Map<string, number>()
  let charges = 0
  const charge = async (key: string): Promise<Answer> => {
    effects.set(key, (effects.get(key) ?? 0) + 1)
    await setTimeout(5)
    charges += 1
    return { status: 201, body: JSON.stringify({ id: `ch_${charges}`, amount: 5 }) }
  }
  const outcome = async (key: string, request: string): Promise<Answer> => {
    if (fault === 'runs every request') return charge(key)
    const known = kept.get(key)
    if (known !== undefined && known.request !== request) return { status: 422, body: '{"error":"conflict"}' }
    if (known !== undefined && fault === 'answers in flight without a body' && !known.settled) {
      return { status: 200, body: '' }
    }
    if (known !== undefined) return known.answer
    if (fault === 'looks before it sets') await setTimeout(1)
    const own: Kept = { request, answer: charge(key), settled: false }
    kept.set(key, own)
    void own.answer.then(() => {
      own.settled = true
    })
    return own.answer
  }
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request)
    const key = request.headers['idempotency-key']
    if (typeof key !== 'string') {
      response.writeHead(400).end()
      return
    }
    const { status, body: text } = await outcome(key, createHash('sha256').update(body).digest('hex'))
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(text)
  }
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/charges`,
    countEffects: async (key) => effects.get(key) ?? 0,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
