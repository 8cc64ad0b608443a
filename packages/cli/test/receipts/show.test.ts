import { encodeKeptRequest, encodeOutcome, guarantees, type ReceiptStore } from 'counterfoil'
import { memoryStore } from 'counterfoil/memory'
import { beforeEach, describe, expect, it } from 'vitest'
import { release } from '../../src/receipts/release.ts'
import { type ShowOptions, show } from '../../src/receipts/show.ts'
import { abandoned, claimRequest, day, json, response, running, settled } from '../support/receipts.ts'
import { testIo } from '../support/test-io.ts'

let store: ReceiptStore
beforeEach(() => {
  store = memoryStore()
})

async function shown(named?: string, options: ShowOptions = {}): Promise<string> {
  const io = testIo()
  const key = named ?? (options.id === undefined ? 'order-4711' : undefined)
  expect(await show(store, key, options, io)).toBe(0)
  return io.out()
}

async function shownJson(): Promise<Record<string, unknown>> {
  return JSON.parse(await shown('order-4711', { json: true })) as Record<string, unknown>
}

const rerun = { terms: { policies: guarantees['at-least-once'] } }

describe('finding the receipt', () => {
  it('is by its key, by its id, or by the beginning of its id', async () => {
    const { id } = await settled(store, json(1))
    await settled(store, json(2), { key: 'another' })
    expect(await shown()).toContain(id)
    expect(await shown(undefined, { id })).toContain(id)
    expect(await shown(undefined, { id: id.slice(0, 8).toUpperCase() })).toContain(id)
  })

  it('is by a key from stdin, which leaves no trace in a history', async () => {
    const { id } = await settled(store, json(1))
    const io = testIo({ stdin: 'order-4711\n' })
    expect(await show(store, '-', {}, io)).toBe(0)
    expect(io.out()).toContain(id)
  })

  it('reaches a hashed key through its whole scope', async () => {
    const { id } = await settled(store, json(1), { hashed: true })
    await expect(show(store, 'order-4711', {}, testIo())).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining('give both --tenant and --operation'),
    })
    expect(await shown('order-4711', { tenant: 'acct_1', operation: 'charge-card' })).toContain(id)
  })

  it('lists the candidates where a key is used twice', async () => {
    await settled(store, json(1), { tenant: 'acct_1' })
    const { id } = await settled(store, json(1), { tenant: 'acct_2' })
    const io = testIo()
    await expect(show(store, 'order-4711', {}, io)).rejects.toMatchObject({ exitCode: 4 })
    expect(io.out()).toBe('')
    expect(io.err()).toMatch(/acct_1 .*\n.*acct_2|acct_2 .*\n.*acct_1/)
    expect(await shown('order-4711', { tenant: 'acct_2' })).toContain(id)
  })

  it('ends with 3 where there is none, and with 2 where nothing or too much is named', async () => {
    const ending = (key: string | undefined, options: ShowOptions) =>
      expect(show(store, key, options, testIo())).rejects
    await ending('nowhere', {}).toMatchObject({ exitCode: 3 })
    await ending(undefined, { id: 'a'.repeat(64) }).toMatchObject({ exitCode: 3 })
    await ending(undefined, { id: 'abcd' }).toMatchObject({ exitCode: 3 })
    await ending(undefined, { id: 'xyz' }).toMatchObject({ exitCode: 2 })
    await ending(undefined, {}).toMatchObject({ exitCode: 2 })
    await ending('a', { id: 'abcd' }).toMatchObject({ exitCode: 2 })
  })
})

describe('a receipt', () => {
  it('tells of every attempt, and of what was changed by hand, in their order', async () => {
    const { id } = await abandoned(store)
    await release(store, undefined, { id, reason: 'no charge at the PSP', by: 'alice', yes: true }, testIo())
    await running(store)
    const text = await shown()
    expect(text.slice(text.indexOf('Attempts'))).toMatch(
      /1 {2}\S+Z {2}run +released after .*\n +✎ {2}\S+Z {2}by hand +released by alice: no charge at the PSP\n +2 {2}\S+Z {2}run +running for/,
    )
    expect(await shownJson()).toMatchObject({
      state: 'in_progress',
      attempt: 2,
      predecessor: 'released',
      history: [
        { kind: 'by_hand', did: 'released', by: 'alice', note: 'no charge at the PSP' },
        { kind: 'attempt', attempt: 1, ended: 'released' },
      ],
    })
  })

  it('that is held says since when, and until when', async () => {
    await abandoned(store)
    const text = await shown()
    expect(text).toMatch(/standing +attempt 1 broke off, its effect has been unknown for 1h\n +held: until/)
    expect(text).toMatch(/guarantee +at-most-once \(a failure is final, an abandoned attempt is held\)/)
    expect(text).toMatch(/key kept +held until \S+Z \(in 29d 2[23]h\), then a tombstone/)
    expect(text).toMatch(/abandoned after 30s: its lease lapsed/)
  })

  it('that is re-run says so, and that doubt stands', async () => {
    await abandoned(store, rerun)
    expect(await shown()).toContain('the next request runs again')
    await running(store, rerun)
    expect(await shown()).toMatch(/doubt since +\S+Z \(1h ago\)/)
  })

  it('shows its steps and their generations', async () => {
    const fence = await running(store)
    await store.saveStep(fence, 'charge', encodeOutcome(json({ id: 'ch_1' })))
    await store.refused(fence, '__proto__', 0)
    const text = await shown()
    expect(text).toMatch(/charge +result kept: JSON, 13 B/)
    expect(text).toMatch(/__proto__ {2}no result kept; refused 1×: its next key is of generation 1/)
    expect(await shownJson()).toMatchObject({
      steps: [
        { name: 'charge', generation: 0, result: { value: { text: '{"id":"ch_1"}' } } },
        { name: '__proto__', generation: 1, result: null },
      ],
    })
  })

  it('shows the request over HTTP that it keeps, and none of its credentials', async () => {
    const request = encodeKeptRequest('gateway', {
      method: 'POST',
      target: '/charges',
      headers: [
        ['Authorization', 'Bearer secret'],
        ['COOKIE', 'session=secret'],
        ['X-Trace', '1'],
      ],
      body: Buffer.from('{"amount":100}'),
    })
    await running(store, { terms: { request } })
    const text = await shown()
    expect(text).toContain('  POST /charges HTTP/1.1\n')
    expect(text).toContain('  Authorization: ***\n  COOKIE: ***\n  X-Trace: 1\n')
    expect(text).toContain('{"amount":100}')
    expect(text + (await shown('order-4711', { json: true }))).not.toContain('secret')
    expect(await shown('order-4711', { body: 'raw', of: 'request' })).toContain(
      'Authorization: Bearer secret',
    )
  })

  it('shows the request that it keeps', async () => {
    await running(store, { terms: { request: encodeOutcome(json({ amount: 100 })) } })
    expect(await shown()).toMatch(/Kept request\n {2}a JSON value\n\n {2}value: 14 B\n {2}\{"amount":100\}\n/)
    expect(await shown('order-4711', { body: 'raw', of: 'request' })).toBe('{"amount":100}')
  })

  it('past its times is a tombstone, and then nothing', async () => {
    const { id } = await settled(store, json(1))
    await store.age(id, 2 * day)
    expect(await shown()).toContain('retries get “result expired”')
    await store.age(id, 30 * day)
    expect(await shown()).toContain('the next request with this key is a first one')
  })

  it('never gives away the claim token or the credentials', async () => {
    const request = claimRequest({ terms: { credentials: 'credentials-digest' } })
    await store.claim(request)
    const text = (await shown()) + (await shown('order-4711', { json: true }))
    expect(text).not.toContain(request.token)
    expect(text).not.toContain('credentials-digest')
    expect(text).toContain('a retry must come with the first caller’s')
  })
})

describe('an outcome', () => {
  const binary = Uint8Array.from({ length: 256 }, (_, at) => at)

  it('is shown as text where it is text, and as hex where it is not', async () => {
    await settled(store, response(201, '{"id":"ch_1"}', ['Content-Type', 'application/json']))
    expect(await shown()).toMatch(
      /Outcome\n {2}HTTP 201\n {2}Content-Type: application\/json\n\n {2}body: 13 B\n {2}\{"id":"ch_1"\}\n$/,
    )
    expect(await shown('order-4711', { body: 'hex' })).toContain('|{"id":"ch_1"}|')
    await settled(store, response(200, binary), { key: 'binary' })
    expect(await shown('binary')).toContain('body: 256 B, as hex')
  })

  it('comes out raw byte for byte, and alone', async () => {
    await settled(store, response(200, binary))
    const io = testIo()
    expect(await show(store, 'order-4711', { body: 'raw' }, io)).toBe(0)
    expect(Buffer.from(io.outBytes())).toEqual(Buffer.from(binary))
    expect(io.err()).toBe('')
  })

  it('that is long is cut, unless a view is asked for', async () => {
    await settled(store, response(200, 'x'.repeat(10_000)))
    expect(await shown()).toContain('… 5,904 more bytes: --body text shows all')
    expect(await shown('order-4711', { body: 'text' })).toContain('x'.repeat(10_000))
  })

  it('cannot write to the terminal what the terminal obeys', async () => {
    const attack = '\u001b]0;owned\u0007\u001b[2J\u009b1A\u202e'
    await settled(store, response(200, attack, [`X-${attack}`, attack]), { key: 'body', tenant: 'a\u202eb' })
    await settled(
      store,
      { kind: 'failure', failure: { name: attack, message: attack, code: attack } },
      { key: 'failure' },
      'failed',
    )
    for (const key of ['body', 'failure']) {
      for (const options of [{}, { body: 'text' }, { body: 'hex' }, { json: true }] as const) {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not come out
        expect(await shown(key, options)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
      }
    }
  })

  it('that is a failure is told by its name, code and message', async () => {
    const failure = { name: 'CardDeclined', message: 'no funds', code: 'E42' }
    await settled(store, { kind: 'failure', failure }, {}, 'failed')
    expect(await shown()).toContain('CardDeclined (E42): no funds')
  })

  it('that this version cannot read is said to be so, and the receipt is shown around it', async () => {
    const fence = await running(store)
    await store.settle(fence, { as: 'succeeded', outcome: Uint8Array.of(99, 1, 2) })
    expect(await shown()).toMatch(
      /The stored outcome can't be read.*\n\n {2}stored: 3 B, as hex\n {2}00000000 {2}63 01 02/,
    )
    await expect(show(store, 'order-4711', { body: 'raw' }, testIo())).rejects.toMatchObject({ exitCode: 1 })
  })

  it('that is not there cannot be written raw', async () => {
    await running(store)
    const raw = (of?: string) =>
      expect(show(store, 'order-4711', { body: 'raw', ...(of !== undefined && { of }) }, testIo())).rejects
    await raw().toMatchObject({ exitCode: 3 })
    await raw('step:charge').toMatchObject({ exitCode: 3 })
    await raw('everything').toMatchObject({ exitCode: 2 })
  })
})
