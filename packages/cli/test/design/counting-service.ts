import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { listening } from '../gateway/world.ts'
import type { AtTheEnd } from './at-the-end.ts'

/** Longer than it takes to send a second request, or to kill what stands in front of it. */
const EFFECT_TAKES_MS = 100

/**
 * What the operations of the designs change: it has an effect for each request that reaches it, and tells how many a key has
 * had. The key is in the field, or the body's `id`.
 */
export async function countingService(atTheEnd: AtTheEnd): Promise<number> {
  const effects = new Map<string, number>()
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname === '/effects') return response.end(String(effects.get(searchParams.get('key') ?? '') ?? 0))
    const body = JSON.parse(await text(request)) as { readonly id?: string }
    const key = String(request.headers['idempotency-key'] ?? body.id)
    effects.set(key, (effects.get(key) ?? 0) + 1)
    await pause(EFFECT_TAKES_MS)
    return response
      .writeHead(201, { 'content-type': 'application/json' })
      .end(JSON.stringify({ id: randomUUID() }))
  })
  atTheEnd(() => {
    server.closeAllConnections()
    server.close()
  })
  return listening(server)
}
