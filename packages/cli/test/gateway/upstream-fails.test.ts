import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { memoryStore } from 'counterfoil/memory'
import { describe, expect, it } from 'vitest'
import { ask, keyed } from './ask.ts'
import { gatewayTo, upstream } from './world.ts'

describe('an upstream that fails', () => {
  it('refused the connection: 502, nothing ran, and a retry runs', async () => {
    const behind = await upstream((_, response) => response.end('paid'))
    const { port: dead, server } = await upstream(() => undefined)
    server.close()
    await once(server, 'close')
    const store = memoryStore()
    const down = await gatewayTo(dead, {}, store)
    const refused = await ask(down.port, keyed('the-key', '{}', { path: '/x?token=1' }))
    expect(refused.status).toBe(502)
    expect(refused.json()).toMatchObject({ error: { type: 'upstream-unreachable' } })
    // Its operators are told why, and nothing that opens an answer.
    expect(down.errors.map(String)).toEqual([
      expect.stringMatching(/^Error: POST \/x: upstream-unreachable \(ECONNREFUSED, /),
    ])
    const up = await gatewayTo(behind.port, {}, store)
    expect((await ask(up.port, keyed('the-key', '{}', { path: '/x?token=1' }))).body.toString()).toBe('paid')
  })

  it.each([
    ['at-most-once', 409, 1],
    ['at-least-once', 504, 2],
  ] as const)(
    'did not answer in time: 504, and under %s a retry gets %i',
    async (guarantee, status, runs) => {
      const behind = await upstream(() => undefined)
      const { port } = await gatewayTo(behind.port, { guarantee, upstreamTimeout: '50ms' })
      const first = await ask(port, keyed('a', '{}'))
      expect(first.status).toBe(504)
      expect(first.json()).toMatchObject({ error: { type: 'upstream-timeout' } })
      expect((await ask(port, keyed('a', '{}'))).status).toBe(status)
      expect(behind.runs()).toBe(runs)
    },
  )

  it.each([
    ['before its head', (response: ServerResponse) => response.destroy()],
    [
      'midway',
      (response: ServerResponse) => {
        response.writeHead(200, { 'Content-Length': '100' })
        response.write('half', () => response.destroy())
      },
    ],
  ])('broke off %s: the outcome is unknown, and nothing runs again', async (_when, breakOff) => {
    const behind = await upstream((_, response) => breakOff(response))
    const { port } = await gatewayTo(behind.port)
    const first = await ask(port, keyed('a', '{}'))
    expect(first.status).toBeGreaterThanOrEqual(500)
    const retry = await ask(port, keyed('a', '{}'))
    expect(retry.json()).toMatchObject({ status: 409, error: { type: 'outcome-unknown' } })
    expect(behind.runs()).toBe(1)
  })

  it('is not called where the store has no room: 503; with --fail-open it is', async () => {
    const behind = await upstream((_, response) => response.end('x'))
    const closed = await gatewayTo(behind.port, {}, memoryStore({ maxReceipts: 1 }))
    await ask(closed.port, keyed('a', '{}'))
    expect((await ask(closed.port, keyed('b', '{}'))).status).toBe(503)
    expect(behind.runs()).toBe(1)
    const flags = { guarantee: 'at-least-once', failOpen: true } as const
    const open = await gatewayTo(behind.port, flags, memoryStore({ maxReceipts: 1 }))
    await ask(open.port, keyed('a', '{"n":1}'))
    expect((await ask(open.port, keyed('b', '{"n":2}'))).body.toString()).toBe('x')
    expect(behind.runs()).toBe(3)
  })
})
