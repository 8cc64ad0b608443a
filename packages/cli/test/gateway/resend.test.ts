import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { createReceipts, openStore, type Receipt, type ReceiptStore } from 'counterfoil'
import { memoryStore } from 'counterfoil/memory'
import { idempotent } from 'counterfoil/node'
import { describe, expect, it } from 'vitest'
import type { GatewayFlags } from '../../src/gateway/flags.ts'
import { run } from '../../src/run.ts'
import { testIo } from '../support/test-io.ts'
import { ask, keyed, type Received, type Sent } from './ask.ts'
import { newStore } from './gateway-process.ts'
import { gatewayTo, listening, upstream } from './world.ts'

const again = {
  guarantee: 'at-least-once',
  keepRequest: true,
  recoverAbandoned: '0s',
  lease: '1s',
  maxDuration: '1s',
} as const

describe('a kept request whose upstream broke off', () => {
  it('is sent again as it went out, and its caller later gets that answer', async () => {
    const { behind, port, store, seen } = await brokenOff(
      (response) => {
        const odd = ['X-oDD', '1', 'Link', '</a>', 'Link', '</b>', 'Set-Cookie', 'a=b']
        response.writeHead(201, [...odd, 'Connection', 'X-Hop', 'X-Hop', '1'])
        for (const byte of gzipSync('paid')) response.write(Uint8Array.of(byte))
        response.end()
      },
      { sent: charge(['Authorization', 'me', 'X-Forwarded-For', '10.0.0.1']) },
    )
    await settled(store)
    expect(seen).toHaveLength(2)
    expect(seen[1]).toEqual(seen[0])
    expect(seen[1]).toMatchObject({
      method: 'POST',
      url: '/charges?x=1',
      fields: {
        host: `127.0.0.1:${behind.port}`,
        authorization: 'me',
        'idempotency-key': 'a',
        'accept-encoding': 'identity',
        'x-forwarded-for': '10.0.0.1, 127.0.0.1',
        'x-forwarded-host': `127.0.0.1:${port}`,
      },
      body: Buffer.from('{ "amount": 5 }'),
    })
    const retry = await ask(port, charge(['Authorization', 'me']))
    expect([retry.status, retry.field('idempotent-replayed')]).toEqual([201, 'true'])
    expect(names(retry)).toEqual(['X-oDD', 'Link', 'Link', 'Idempotent-Replayed'])
    expect(retry.body.equals(gzipSync('paid'))).toBe(true)
    expect((await ask(port, charge(['Authorization', 'you']))).status).toBe(403)
    expect(behind.runs()).toBe(2)
  })

  it('that came in chunks, and compressed, goes out again with the same bytes', async () => {
    const body = gzipSync('{"amount":5}')
    const headers = ['Idempotency-Key', 'a', 'Content-Encoding', 'gzip']
    const { store, seen } = await brokenOff((response) => response.end('paid'), {
      sent: { headers, body, chunked: true },
    })
    await settled(store)
    expect(seen.map(({ body }) => body)).toEqual([body, body])
  })

  it.each([
    ['refuses for good', 422, (response: ServerResponse) => response.writeHead(422).end('no')],
    [
      'refuses with more than is kept',
      409,
      (response: ServerResponse) => response.writeHead(422).end('x'.repeat(1001)),
    ],
    ['answers with more than is kept', 409, (response: ServerResponse) => response.end('x'.repeat(1001))],
  ])('and then %s: that is its end', async (_what, status, answer) => {
    const { behind, port, store } = await brokenOff(answer, {
      flags: { ...again, captureLimit: '1000' },
    })
    await settled(store)
    expect((await ask(port, keyed('a', '{}'))).status).toBe(status)
    expect(behind.runs()).toBe(2)
  })

  it.each([
    ['fails', null, (response: ServerResponse) => response.writeHead(500).end()],
    ['breaks off', /./, (response: ServerResponse) => response.destroy()],
    [
      'answers with what is no HTTP',
      /./,
      (response: ServerResponse) => response.socket?.end('nonsense\r\n\r\n'),
    ],
    ['does not answer in time', /did not answer in time/, () => undefined],
    [
      'breaks off midway',
      /^(?!the upstream had not)/,
      (response: ServerResponse) => {
        response.writeHead(200, { 'Content-Length': '100' })
        response.write('half', () => response.destroy())
      },
    ],
    [
      'stalls midway',
      /had not answered when the attempt had to end/,
      (response: ServerResponse) => {
        response.writeHead(200, { 'Content-Length': '100' })
        response.write('half')
      },
    ],
  ])(
    'and then %s: it stays abandoned, is sent again after a pause, and its caller may retry',
    async (_what, why, answer) => {
      let failing = true
      const { behind, port, store, errors } = await brokenOff(
        (response) => (failing ? answer(response) : response.end('paid')),
        { flags: { ...again, upstreamTimeout: '300ms' } },
      )
      await until(async () => behind.runs() === 2 && isInDoubt(await receiptIn(store), 2))
      expect(reasonsIn(errors)).toEqual(why ? [expect.stringMatching(why)] : [])
      failing = false
      const own = await ask(port, keyed('a', '{}'))
      expect(own.body.toString()).toBe('paid')
      expect(behind.runs()).toBe(3)
    },
  )

  it('to which no connection can be made: it stays abandoned', async () => {
    const { behind, store, errors } = await brokenOff((response) => response.end('paid'), {
      flags: { ...again, recoverAbandoned: '300ms' },
    })
    behind.server.close()
    behind.server.closeAllConnections()
    await once(behind.server, 'close')
    while (reasonsIn(errors).length === 0) await pause(5)
    expect(reasonsIn(errors)[0]).toMatch(/^connect ECONNREFUSED/)
    await until(async () => isInDoubt(await receiptIn(store), 2))
  })
})

it('leaves alone what a service, or a gateway to another upstream, has kept in the same store', async () => {
  const store = memoryStore()
  const operation = createReceipts({ store }).operation('other', {
    guarantee: 'at-least-once',
    keepRequest: { rerun: () => ({ status: 200 }) },
  })
  const service = createServer(
    idempotent(operation, { tenant: () => 'all' }, (request, response) => {
      request.idempotency?.unknown()
      response.writeHead(504).end()
    }),
  )
  expect((await ask(await listening(service), keyed('a', '{}'))).status).toBe(504)
  service.close()
  await brokenOff((response) => response.end(), {
    sent: keyed('c', '{}'),
    flags: { guarantee: 'at-least-once', keepRequest: true },
    store,
  })
  const { behind } = await brokenOff((response) => response.end('paid'), { store, sent: keyed('b', '{}') })
  const states = async () => {
    const { receipts } = await store.list({}, { limit: 10 })
    return Object.fromEntries(receipts.map(({ key, state, attempt }) => [key, [state, attempt]]))
  }
  // All are found in one look.
  await until(async () => (await states()).b?.[0] === 'succeeded')
  expect(await states()).toEqual({ a: ['in_progress', 1], b: ['succeeded', 2], c: ['in_progress', 1] })
  expect(behind.runs()).toBe(2)
})

it('finishes and settles what it sends again when it is told to end', async () => {
  const gate = Promise.withResolvers<void>()
  const url = newStore()
  const { behind, close } = await brokenOff(
    async (response) => {
      await gate.promise
      response.end('paid')
    },
    { flags: { ...again, lease: '30s', maxDuration: '10m' }, store: await openStore(url) },
  )
  while (behind.runs() < 2) await pause(5)
  const closed = close()
  gate.resolve()
  await closed
  const next = await gatewayTo(behind.port, again, await openStore(url))
  const retry = await ask(next.port, keyed('a', '{}'))
  expect([retry.body.toString(), retry.field('idempotent-replayed')]).toEqual(['paid', 'true'])
})

it.each([
  [['--recover-abandoned', '30s', '--guarantee', 'at-least-once'], 'recover-abandoned needs keep-request'],
  [['--recover-abandoned', '30s', '--keep-request'], 'recover-abandoned needs the guarantee at-least-once'],
  [
    ['--recover-abandoned', '30', '--keep-request', '--guarantee', 'at-least-once'],
    "--recover-abandoned can't be '30'",
  ],
])('refuses %j in one sentence', async (args, says) => {
  const io = testIo()
  expect(await run(['gateway', '--upstream', 'http://x', '--store', 'memory:', ...args], io)).toBe(2)
  expect(io.err()).toContain(says)
  expect(io.err().trim().split('\n')).toHaveLength(1)
})

interface Given {
  /** The request whose upstream breaks off. */
  readonly sent?: Sent
  readonly flags?: Partial<GatewayFlags>
  readonly store?: ReceiptStore
}

/** A gateway in front of an upstream that has run its first request, and broken off before it answered. */
async function brokenOff(
  answer: (response: ServerResponse) => unknown,
  { sent = keyed('a', '{}'), flags = again, store = memoryStore() }: Given = {},
) {
  const seen: { method?: string; url?: string; fields: IncomingHttpHeaders; body: Buffer }[] = []
  const behind = await upstream(async (request, response) => {
    const { method = '', url = '', headers } = request
    const { connection: _, 'content-length': __, 'transfer-encoding': ___, ...fields } = headers
    seen.push({ method, url, fields, body: await buffer(request) })
    if (seen.length === 1) response.destroy()
    else await answer(response)
  })
  const gateway = await gatewayTo(behind.port, flags, store)
  expect((await ask(gateway.port, sent)).status).toBe(502)
  return { ...gateway, behind, store, seen }
}

function charge(headers: readonly string[]): Sent {
  return keyed('a', '{ "amount": 5 }', { path: '/charges?x=1', headers })
}

async function receiptIn(store: ReceiptStore): Promise<Receipt | undefined> {
  const { receipts } = await store.list({}, { limit: 10 })
  return receipts.at(-1)
}

async function settled(store: ReceiptStore): Promise<void> {
  await until(async () => (await receiptIn(store))?.state !== 'in_progress')
}

function isInDoubt(receipt: Receipt | undefined, attempt: number): boolean {
  return receipt?.state === 'in_progress' && receipt.attempt === attempt && receipt.givenUp?.as === 'in_doubt'
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(5)
}

/** What the operator is told of a kept request that got no answer. */
/** What is told of requests that were sent again. */
function reasonsIn(errors: readonly unknown[]): string[] {
  const says = 'Error: a kept request was sent again without an answer, and will be once more: '
  return errors
    .map(String)
    .filter((error) => error.startsWith(says))
    .map((error) => error.slice(says.length))
}

/** The fields of an answer that are its upstream's, or mark a replay. */
function names({ raw }: Received): string[] {
  const own = ['date', 'connection', 'keep-alive', 'transfer-encoding', 'content-length']
  return raw.filter((name, at) => at % 2 === 0 && !own.includes(name.toLowerCase()))
}
