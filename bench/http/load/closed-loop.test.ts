import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { chargeCard } from '../../payload.ts'
import { closedLoop } from './closed-loop.ts'
import { REQUEST_BYTES } from './request.ts'
import type { LoadTerms, Measured, Workload } from './terms.ts'

const charged = JSON.stringify(await chargeCard())

async function loaded(workload: Workload, listener: RequestListener): Promise<Measured> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const terms: Omit<LoadTerms, 'workload' | 'port'> = {
    path: '/charges',
    status: 201,
    marksReplays: true,
    atOnce: 4,
    warmUpMs: 5,
    cellMs: 20,
    pid: process.pid,
  }
  return closedLoop({ ...terms, workload, port })
}

/** A server that replays what it has seen. */
function honest(seen: Map<string, number>): RequestListener {
  return (request, response) => {
    const key = String(request.headers['idempotency-key'])
    const before = seen.get(key) ?? 0
    seen.set(key, before + 1)
    response.writeHead(201, before > 0 ? { 'idempotent-replayed': 'true' } : {})
    request.resume().on('end', () => response.end(charged))
  }
}

it('asks first-time requests with a key of their own each, and replays with keys that have an outcome', async () => {
  const [first, replayed] = [new Map<string, number>(), new Map<string, number>()]
  const { requests, perSecond, p50Ms } = await loaded('first-time', honest(first))
  expect(first.size).toBeGreaterThanOrEqual(requests)
  expect(new Set(first.values())).toEqual(new Set([1]))
  expect(perSecond).toBeGreaterThan(0)
  expect(p50Ms).toBeGreaterThan(0)
  await loaded('replay', honest(replayed))
  expect(replayed.size).toBe(64)
})

it('sends requests of one length, and no key where none is asked for', async () => {
  const lengths = new Set<string | undefined>()
  await loaded('without-key', (request, response) => {
    expect(request.headers['idempotency-key']).toBeUndefined()
    lengths.add(request.headers['content-length'])
    request.resume().on('end', () => response.writeHead(201).end(charged))
  })
  expect(lengths).toEqual(new Set([String(REQUEST_BYTES)]))
})

it.each<[string, Workload, RequestListener]>([
  ['a refusal', 'first-time', (_, response) => response.writeHead(503).end(charged)],
  ['other bytes', 'first-time', (_, response) => response.writeHead(201).end(charged.replace('r', 's'))],
  [
    'a replay of what is new',
    'first-time',
    (_, response) => response.writeHead(201, { 'idempotent-replayed': 'true' }).end(charged),
  ],
  ['a second run of what is not', 'replay', (_, response) => response.writeHead(201).end(charged)],
])('is not content with %s', async (_, workload, listener) => {
  await expect(loaded(workload, listener)).rejects.toThrow(/request got \d{3}, /)
})

it('is not content with a connection that is closed', async () => {
  await expect(loaded('without-key', (request) => request.socket.destroy())).rejects.toThrow(/closed|reset/i)
})
