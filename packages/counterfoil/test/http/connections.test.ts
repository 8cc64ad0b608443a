import type { Server } from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { ask, json } from './raw-client.ts'
import { serviceOf } from './service.ts'

describe('what is no word of the handler', () => {
  it.each([
    ['a time-out of the connection', (server: Server) => server.setTimeout(30), () => undefined],
    [
      'a shutdown that closes all connections',
      () => undefined,
      (server: Server) => server.closeAllConnections(),
    ],
  ])('%s does not end its attempt', async (_what, before, meanwhile) => {
    const service = await serviceOf({
      operation: { guarantee: 'at-least-once' },
      handler: async (_, response) => {
        await pause(150)
        response.end(`run ${service.runs()}`)
      },
    })
    before(service.server)
    const lost = ask(service.port, json('a', {})).catch(() => 'lost')
    await until(() => service.runs() === 1)
    meanwhile(service.server)
    expect(await lost).toBe('lost')
    await pause(200)
    service.server.setTimeout(0)
    expect((await ask(service.port, json('a', {}))).body.toString()).toBe('run 1')
    expect(service.runs()).toBe(1)
  })

  it('a caller who leaves before the body is read: it can still be read', async () => {
    const gate = Promise.withResolvers<void>()
    const service = await serviceOf({
      handler: async (request, response) => {
        await gate.promise
        response.end(await text(request))
      },
    })
    const caller = new AbortController()
    const hungUp = ask(service.port, json('a', '{"a":1}', { signal: caller.signal })).catch(() => 'gone')
    await until(() => service.runs() === 1)
    caller.abort()
    await hungUp
    await pause(20)
    gate.resolve()
    expect((await ask(service.port, json('a', '{"a":1}'))).body.toString()).toBe('{"a":1}')
    expect(service.runs()).toBe(1)
  })

  it('a connection that closes: neither its listeners nor a pipeline into the response are told', async () => {
    const gate = Promise.withResolvers<void>()
    const told: string[] = []
    const service = await serviceOf({
      handler: async (request, response) => {
        for (const { socket } of [request, response]) socket?.on('close', () => told.push('close'))
        await gate.promise
        await pipeline(Readable.from(['pa', 'id']), response)
      },
    })
    const caller = new AbortController()
    const hungUp = ask(service.port, json('a', {}, { signal: caller.signal })).catch(() => 'gone')
    await until(() => service.runs() === 1)
    caller.abort()
    await hungUp
    await pause(20)
    gate.resolve()
    expect((await ask(service.port, json('a', {}))).body.toString()).toBe('paid')
    expect(told).toEqual([])
    expect(service.errors).toEqual([])
  })

  it('an onError that throws: the caller is answered, and the receipt settled', async () => {
    const service = await serviceOf({
      http: {
        onError: () => {
          throw new Error('the logger is broken')
        },
      },
      handler: () => {
        throw new Error('thrown')
      },
    })
    expect((await ask(service.port, json('a', {}))).status).toBe(500)
    expect((await ask(service.port, json('a', {}))).field('idempotent-replayed')).toBe('true')
  })
})

it('leaves a retry alone that its own time-out has answered while it waited', async () => {
  const gate = Promise.withResolvers<void>()
  const service = await serviceOf({
    handler: async (_, response) => {
      await gate.promise
      response.end('paid')
    },
  })
  service.server.prependListener('request', (request, response) => {
    if (request.headers['x-hurry']) setTimeout(() => response.writeHead(503).end('too late'), 20)
  })
  const first = ask(service.port, json('a', {}))
  await until(() => service.runs() === 1)
  const hurried = await ask(service.port, json('a', {}, { headers: [['X-Hurry', '1']] }))
  expect(hurried.status).toBe(503)
  gate.resolve()
  expect((await first).body.toString()).toBe('paid')
  expect((await ask(service.port, json('a', {}))).body.toString()).toBe('paid')
  expect(service.errors).toEqual([])
})

it('a caller who leaves while it waits makes room for another', async () => {
  const gate = Promise.withResolvers<void>()
  const service = await serviceOf({
    operation: { maxWaitersPerReceipt: 1 },
    handler: async (_, response) => {
      await gate.promise
      response.end('paid')
    },
  })
  const closed: boolean[] = []
  service.server.prependListener('request', (_, response) => {
    const nth = closed.push(false) - 1
    response.on('close', () => {
      closed[nth] = true
    })
  })
  const first = ask(service.port, json('a', {}))
  await until(() => service.runs() === 1)
  const caller = new AbortController()
  const waits = ask(service.port, json('a', {}, { signal: caller.signal })).catch(() => 'gone')
  await until(() => closed.length === 2)
  expect((await ask(service.port, json('a', {}))).status).toBe(409)
  caller.abort()
  expect(await waits).toBe('gone')
  await until(() => closed[1] === true)
  const next = ask(service.port, json('a', {}))
  await until(() => closed.length === 4)
  await pause(20)
  gate.resolve()
  expect((await next).body.toString()).toBe('paid')
  expect((await first).status).toBe(200)
})

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(1)
}
