import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createReceipts } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory/index.ts'
import { answering } from './answering.ts'
import type { FaceName } from './declared.ts'
import { servers } from './faces.ts'
import { ask, type Received, type Sent } from './raw-client.ts'

const names = Object.keys(servers) as FaceName[]

describe.each(names)('the key in the body, over %s', (face) => {
  it('runs once, and the handler reads the body; what holds the key is no part of the request', async () => {
    const { ask, runs } = await serviceOn(face)
    const first = await ask(sent('{"amount":5,"meta":{"key":"a"}}'))
    expect(first.body.toString()).toBe('1 {"amount":5,"meta":{"key":"a"}}')
    const retry = await ask(sent('{"meta":{"\\u006bey":"\\u0061"},"amount":5.0}'))
    expect([retry.field('idempotent-replayed'), retry.sha256]).toEqual(['true', first.sha256])
    expect((await ask(sent('{"amount":6,"meta":{"key":"a"}}'))).status).toBe(422)
    expect((await ask(sent('{"amount":5,"meta":{"key":"b"}}'))).status).toBe(200)
    expect(runs()).toBe(2)
  })

  it('without one the handler reads the body as if nobody had; where it is required, it is asked for', async () => {
    const open = await serviceOn(face)
    for (const run of [1, 2])
      expect((await open.ask(sent('{"amount":5}'))).body.toString()).toBe(`${run} {"amount":5}`)
    const strict = await serviceOn(face, true)
    const refused = await strict.ask(sent('{"amount":5}'))
    expect([refused.status, refused.json()]).toMatchObject([400, { error: { type: 'key-missing' } }])
    expect(strict.runs()).toBe(0)
  })

  it.each(['{"meta":{"key":7}}', '{"meta":{"key":null}}', '{"meta":{"key":""}}'])(
    'refuses %s',
    async (body) => {
      const { ask, runs } = await serviceOn(face)
      const refused = await ask(sent(body))
      expect([refused.status, refused.json()]).toMatchObject([400, { error: { type: 'key-invalid' } }])
      expect(runs()).toBe(0)
    },
  )
})

// Where a parser of the framework's has been at it, that has decoded it, or refused it.
const unparsed = names.filter((name) => name !== 'Fastify' && !name.includes('after its body parser'))

it.each(unparsed)('is found in a compressed body, over %s', async (face) => {
  const { ask, runs } = await serviceOn(face)
  const body = '{"amount":5,"meta":{"key":"a"}}'
  const compressed = { ...sent(body), body: gzipSync(body) }
  const headers = [...(compressed.headers ?? []), ['Content-Encoding', 'gzip'] as const]
  expect((await ask({ ...compressed, headers })).status).toBe(200)
  expect((await ask(sent(body))).field('idempotent-replayed')).toBe('true')
  expect(runs()).toBe(1)
})

function sent(body: string): Sent {
  return { headers: [['Content-Type', 'application/json']], body }
}

interface Service {
  ask(sent: Sent): Promise<Received>
  runs(): number
}

async function serviceOn(face: FaceName, requireKey = false): Promise<Service> {
  const receipts = createReceipts({ store: memoryStore(), sweep: 'off' })
  onTestFinished(() => receipts.close())
  const operation = receipts.operation<never>('charge', { guarantee: 'at-most-once' })
  let runs = 0
  const port = await answering(face, operation, {
    requireKey,
    key: { pointer: '/meta/key' },
    handle: ({ body }) => ({ body: `${++runs} ${body}` }),
  })
  return { ask: (sent) => ask(port, sent), runs: () => runs }
}
