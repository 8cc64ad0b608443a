import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { decodeOutcome, encodeOutcome, type ReceiptStore } from 'counterfoil'
import { memoryStore } from 'counterfoil/memory'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { release } from '../../src/receipts/release.ts'
import { type ResolveOptions, resolve } from '../../src/receipts/resolve.ts'
import { abandoned, json, response, running, settled, stored } from '../support/receipts.ts'
import { testIo } from '../support/test-io.ts'

let store: ReceiptStore
beforeEach(() => {
  store = memoryStore()
})

const because = { reason: 'INC-123', by: 'alice' }
const key = 'order-4711'

describe('release', () => {
  it('lets the next request run, and records who and why', async () => {
    const fence = await abandoned(store)
    const io = testIo()
    expect(await release(store, key, { ...because, yes: true }, io)).toBe(0)
    expect(io.out()).toBe(
      `Released, the next request runs again: ${fence.id.slice(0, 12)} (charge-card of acct_1, attempt 1)\n`,
    )
    const receipt = await stored(store, fence)
    expect(receipt).toMatchObject({
      state: 'failed',
      retryable: true,
      history: [{ kind: 'by_hand', did: 'released', by: 'alice', note: 'INC-123' }],
    })
    expect(await store.settle(fence, { as: 'succeeded', outcome: encodeOutcome(json(1)) })).toEqual({
      kind: 'lost',
    })
  })

  it('is recorded under the name of the user where no other is given', async () => {
    const fence = await abandoned(store)
    await release(store, key, { reason: 'INC-123', yes: true }, testIo())
    expect((await stored(store, fence)).history).toMatchObject([{ by: userInfo().username }])
  })

  it('asks, and a no changes nothing', async () => {
    const fence = await abandoned(store)
    const before = await stored(store, fence)
    const io = testIo({ answer: false, columns: 100 })
    expect(await release(store, key, because, io)).toBe(1)
    expect(io.questions).toEqual(['Release it?'])
    expect(io.err()).toContain('Make sure that attempt 1 had no effect')
    expect(io.err()).toContain('by alice, “INC-123”')
    expect(io.err()).toContain('Nothing was changed.')
    expect(await stored(store, fence)).toEqual(before)
    expect(await release(store, key, because, testIo({ answer: true }))).toBe(0)
  })

  it('needs --yes where nobody can answer', async () => {
    const fence = await abandoned(store)
    await expect(release(store, key, because, testIo())).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('--yes'),
    })
    expect((await stored(store, fence)).state).toBe('in_progress')
  })

  it('writes nothing if the receipt moves on while the question stands', async () => {
    const fence = await abandoned(store)
    const io = testIo({
      answer: true,
      meanwhile: () => store.settle(fence, { as: 'succeeded', outcome: encodeOutcome(json('late')) }),
    })
    await expect(release(store, key, because, io)).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringContaining('has changed since it was read'),
    })
    expect((await stored(store, fence)).state).toBe('succeeded')
  })

  it('writes nothing if the attempt comes back while the question stands', async () => {
    const fence = await abandoned(store)
    const io = testIo({ answer: true, meanwhile: () => store.renew(fence, 30_000) })
    await expect(release(store, key, because, io)).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringContaining('is running'),
    })
  })

  it('refuses what is running, has succeeded or is free, without a question', async () => {
    await running(store, { key: 'running' })
    await settled(store, json(1), { key: 'succeeded' })
    await settled(store, json(1), { key: 'released' }, 'released')
    const io = testIo({ answer: true })
    const says = (key: string) => expect(release(store, key, because, io)).rejects
    await says('running').toThrow(/Attempt 1 is running and holds the claim, its lease ends in \d+s: wait/)
    await says('succeeded').toThrow('a success never changes until it expires')
    await says('released').toThrow('the next request with its key runs again')
    await says('nowhere').toMatchObject({ exitCode: 3 })
    expect(io.questions).toEqual([])
  })

  it('frees a stored failure', async () => {
    const fence = await settled(store, response(402, 'declined'), {}, 'failed')
    expect(await release(store, key, { ...because, yes: true }, testIo())).toBe(0)
    expect(await stored(store, fence)).toMatchObject({ state: 'failed', retryable: true, outcome: null })
  })

  it.each([
    [{ reason: ' ' }, '--reason'],
    [{ reason: 'a\nb' }, '--reason'],
    [{ reason: 'x'.repeat(1001) }, '--reason'],
    [{ reason: 'fine', by: '\u001b[2J' }, '--by'],
  ])('takes no record that could not be read back: %j', async (options, option) => {
    await abandoned(store)
    await expect(release(store, key, { by: 'alice', ...options, yes: true }, testIo())).rejects.toMatchObject(
      {
        exitCode: 2,
        message: expect.stringContaining(option),
      },
    )
  })

  it('gives the changed receipt as JSON, its key left out', async () => {
    await abandoned(store)
    const io = testIo()
    await release(store, key, { ...because, yes: true, json: true }, io)
    const changed = JSON.parse(io.out()) as Record<string, unknown>
    expect(changed).toMatchObject({ state: 'released', attempt: 1 })
    expect(changed).not.toHaveProperty('key')
  })
})

describe('resolve', () => {
  async function file(content: string | Uint8Array): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'counterfoil-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const path = join(folder, 'content')
    writeFileSync(path, content)
    return path
  }

  async function outcomeAfter(options: Partial<ResolveOptions>, stdin = ''): Promise<unknown> {
    const fence = await abandoned(store)
    const io = testIo({ stdin })
    expect(await resolve(store, key, { as: 'succeeded', ...because, yes: true, ...options }, io)).toBe(0)
    const receipt = await stored(store, fence)
    if (receipt.state === 'in_progress' || receipt.outcome === null) throw new Error('it was not settled')
    expect(receipt.state).toBe(options.as ?? 'succeeded')
    return decodeOutcome(receipt.outcome)
  }

  it('settles with a JSON value as it was given', async () => {
    expect(await outcomeAfter({ jsonValue: '{"id": "ch_1"}' })).toEqual({
      kind: 'value',
      value: { form: 'json', bytes: new Uint8Array(Buffer.from('{"id": "ch_1"}')) },
    })
  })

  it('settles with bytes from a file or from stdin, or with nothing', async () => {
    const bytes = Uint8Array.of(0, 255, 10)
    expect(await outcomeAfter({ valueFile: await file(bytes) })).toEqual({
      kind: 'value',
      value: { form: 'bytes', bytes },
    })
    store = memoryStore()
    expect(await outcomeAfter({ valueFile: '-' }, 'abc')).toMatchObject({ value: { form: 'bytes' } })
    store = memoryStore()
    expect(await outcomeAfter({ nothing: true })).toMatchObject({ value: { form: 'nothing' } })
  })

  it('settles with a failure', async () => {
    expect(
      await outcomeAfter({ as: 'failed', error: 'no funds', errorName: 'CardDeclined', errorCode: 'E42' }),
    ).toEqual({
      kind: 'failure',
      failure: { name: 'CardDeclined', message: 'no funds', code: 'E42' },
    })
  })

  it('settles with an HTTP response, its fields in their order and spelling', async () => {
    expect(
      await outcomeAfter({
        status: 201,
        header: ['content-TYPE: application/json', 'X-A:  1 ', 'X-A: 2'],
        bodyFile: await file('{"id":1}'),
      }),
    ).toEqual({
      kind: 'response',
      status: 201,
      headers: [
        ['content-TYPE', 'application/json'],
        ['X-A', '1'],
        ['X-A', '2'],
      ],
      body: new Uint8Array(Buffer.from('{"id":1}')),
    })
  })

  it.each<[Partial<ResolveOptions>, string]>([
    [{}, 'one outcome'],
    [{ jsonValue: '1', status: 200 }, 'one outcome'],
    [{ jsonValue: '{id: 1}' }, 'is not JSON'],
    [{ as: 'failed', jsonValue: '1' }, 'not by a value'],
    [{ error: 'no' }, '--as failed'],
    [{ jsonValue: '1', header: ['A: b'] }, 'give its --status too'],
    [{ jsonValue: '1', errorName: 'E' }, 'give its message by --error too'],
    [{ status: 200, header: ['no colon'] }, 'Name: value'],
    [{ status: 200, header: ['A: b\r\nSet-Cookie: c'] }, 'as HTTP allows'],
    [{ status: 200, header: ['A b: c'] }, 'as HTTP allows'],
    [{ status: 200, header: ['Transfer-Encoding: chunked'] }, 'belongs to one connection'],
    [{ status: 200, header: ['Content-Length: 5'] }, 'the body has 0 bytes'],
    [{ status: 200, bodyFile: '/nowhere/at/all' }, 'cannot be read'],
    [{ status: 204, bodyFile: '-' }, 'has no body'],
  ])('refuses %j before it touches the receipt', async (options, says) => {
    const fence = await abandoned(store)
    const io = testIo({ stdin: 'body' })
    await expect(
      resolve(store, key, { as: 'succeeded', ...because, yes: true, ...options }, io),
    ).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining(says) })
    expect((await stored(store, fence)).state).toBe('in_progress')
  })

  it('says what retries will get before it asks', async () => {
    await abandoned(store)
    const io = testIo({ answer: true, columns: 100 })
    expect(await resolve(store, key, { as: 'succeeded', status: 201, ...because }, io)).toBe(0)
    expect(io.err()).toContain('gives every retry this outcome: HTTP 201, 0 B')
    expect(io.questions).toEqual(['Settle it?'])
  })

  it('refuses a stored failure with the way out', async () => {
    await settled(store, response(402, ''), {}, 'failed')
    await expect(
      resolve(store, key, { as: 'succeeded', jsonValue: '1', ...because, yes: true }, testIo()),
    ).rejects.toMatchObject({ exitCode: 1, message: expect.stringContaining('counterfoil receipts release') })
  })
})
