import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { missing, redisClusterUrls } from '../../../../../test-support/servers/index.ts'
import { findRedis, startNode, tellRedis } from '../../../../../test-support/servers/redis.ts'
import type { RunningServer } from '../../../../../test-support/servers/server-process.ts'
import {
  type Finding,
  fenceOf,
  placeOf,
  type ReceiptStore,
  StoreUnavailable,
  StoreUrlInvalid,
} from '../../../src/core/index.ts'
import { openStore } from '../../../src/open.ts'
import type { RedisStoreOptions } from '../../../src/stores/redis/options.ts'
import {
  firstFence,
  LEASE_MS,
  requestWith,
  rerunPolicies,
  retryOf,
  succeeded,
} from '../../../src/testing/requests.ts'
import { openOver } from './on-redis.ts'

describe.skipIf(await missing('redis'))('on a server of its own', () => {
  let server: RunningServer
  beforeAll(async () => {
    server = await startNode(await findRedis(), [])
  })
  afterAll(() => server.stop())

  const open = async (options: RedisStoreOptions = {}): Promise<ReceiptStore> => {
    const store = await openOver('node-redis', server.url, options)
    onTestFinished(() => store.close())
    return store
  }
  const set = async (name: string, value: string): Promise<void> => {
    const [, before] = (await tellRedis(server.url, 'CONFIG', 'GET', name).then((answer) =>
      Array.isArray(answer) ? answer : Object.entries(answer as object)[0],
    )) as string[]
    await tellRedis(server.url, 'CONFIG', 'SET', name, value)
    onTestFinished(async () => void (await tellRedis(server.url, 'CONFIG', 'SET', name, before as string)))
  }

  it('is told that it is full, and replays what it has', async () => {
    const store = await open()
    const request = requestWith()
    const claimed = await store.claim(request)
    if (claimed.kind !== 'claimed') throw new Error(claimed.kind)
    await store.settle(fenceOf(claimed.receipt), succeeded())
    await set('maxmemory', '1')
    await expect(store.claim(requestWith())).rejects.toMatchObject({ fault: 'full' })
    expect((await store.read(request.id)).receipt?.state).toBe('succeeded')
  })

  it('is told that a replica takes no writes', async () => {
    const store = await open()
    await tellRedis(server.url, 'REPLICAOF', '127.0.0.1', '1')
    onTestFinished(async () => void (await tellRedis(server.url, 'REPLICAOF', 'NO', 'ONE')))
    await expect(store.claim(requestWith())).rejects.toMatchObject({ fault: 'read_only' })
    expect(saying(await store.audit(), 'refusal')).toContain('The server is a replica')
    await expect(openStore(server.url)).rejects.toThrow(/can't keep its promise here/)
  })

  it.each([
    ['a list', ['LPUSH', 'x'], 'corrupt'],
    ['a text', ['SET', 'hello, this is a text that is longer than the head of any receipt'], 'corrupt'],
    ['a receipt of a newer version', ['SET', `\u0002${'x'.repeat(200)}`], 'newer_version'],
    ['a receipt that is cut short', ['SET', `\u0001${'x'.repeat(60)}`], 'corrupt'],
  ] as const)(
    'is told of %s under its prefix, which it leaves alone',
    async (_what, [verb, value], fault) => {
      const store = await open({ prefix: `${fault}:` })
      const request = requestWith()
      const key = `${fault}:{${request.id}}`
      await tellRedis(server.url, verb, key, value)
      onTestFinished(async () => void (await tellRedis(server.url, 'DEL', key)))
      await expect(store.claim(request)).rejects.toMatchObject({ fault })
      await expect(store.settle(firstFence(request), succeeded())).rejects.toMatchObject({ fault })
      expect(await tellRedis(server.url, 'EXISTS', key)).toBe(1)
    },
  )

  it('takes no outcome larger than a value of Redis may be, and still takes another', async () => {
    const store = await open()
    const request = requestWith()
    const claimed = await store.claim(request)
    if (claimed.kind !== 'claimed') throw new Error(claimed.kind)
    const outcome = new Uint8Array(512 * 2 ** 20)
    for (const atHand of [claimed.receipt, undefined]) {
      await expect(
        store.settle(firstFence(request), { as: 'succeeded', outcome }, atHand),
      ).rejects.toMatchObject({ fault: 'too_large' })
    }
    expect((await store.settle(firstFence(request), succeeded(), claimed.receipt)).kind).toBe('settled')
  })

  it('goes on after its scripts were forgotten', async () => {
    const store = await open()
    const request = requestWith()
    await store.claim(request)
    await tellRedis(server.url, 'SCRIPT', 'FLUSH')
    expect(await store.renew(firstFence(request), LEASE_MS)).toBe('renewed')
    expect((await store.claim(retryOf(request))).kind).toBe('in_progress')
  })

  it('a key whose expiry somebody took away starts anew all the same, without its old steps', async () => {
    const store = await open({ prefix: 'persisted:' })
    const short = { policies: rerunPolicies, leaseMs: 300, ttlMs: 1, keyRetentionMs: 300 }
    const request = requestWith(short)
    await store.claim(request)
    await store.saveStep(firstFence(request), 'charge', new Uint8Array(1))
    const key = `persisted:{${request.id}}`
    for (const each of [key, `${key}${request.incarnation}`]) await tellRedis(server.url, 'PERSIST', each)
    await expect
      .poll(async () => {
        const { receipt, now } = await store.read(request.id)
        return receipt && placeOf(receipt, now)
      })
      .toBe('absent')
    const again = await store.claim(retryOf(request))
    expect(again).toMatchObject({ kind: 'claimed', receipt: { attempt: 1 } })
    expect(await store.readSteps(request.id, request.incarnation)).toEqual(new Map())
  })

  it("says in one sentence and at once that the password is wrong, and doesn't show it", async () => {
    await set('requirepass', 'the right one')
    const { port } = new URL(server.url)
    const error = await openStore(`redis://:s3cret@127.0.0.1:${port}?answer-within-ms=600000`).catch(
      (e: unknown) => e,
    )
    // The server is reached by its password alone now.
    await tellRedis(`redis://:the%20right%20one@127.0.0.1:${port}`, 'CONFIG', 'SET', 'requirepass', '')
    expect(error).toBeInstanceOf(StoreUnavailable)
    expect((error as Error).message).toMatch(/WRONGPASS/)
    expect((error as Error).message).not.toMatch(/s3cret/)
  })

  it('says that nobody is there, within the bound', async () => {
    const error = await openStore('redis://user:s3cret@127.0.0.1:1?answer-within-ms=200').catch(
      (e: unknown) => e,
    )
    expect(error).toMatchObject({ fault: 'unreachable' })
    expect((error as Error).message).toMatch(/ECONNREFUSED/)
    expect((error as Error).message).not.toMatch(/s3cret|user/)
  })

  it('audits eviction, persistence and replicas as they are now', async () => {
    const store = await open()
    expect(saying(await store.audit(), 'refusal')).toBe('')
    expect(saying(await store.audit(), 'warning')).toContain('appendfsync is everysec')
    await set('appendfsync', 'always')
    await set('maxmemory-policy', 'allkeys-lru')
    expect(saying(await store.audit(), 'warning')).toContain('will evict keys')
    await set('maxmemory', '100000000')
    expect(saying(await store.audit(), 'refusal')).toContain('maxmemory-policy is allkeys-lru')
    await expect(openStore(server.url)).rejects.toThrow(/allkeys-lru/)
    const looking = await openStore(server.url, { refuseUnsafe: false })
    onTestFinished(() => looking.close())
    expect(await looking.stats()).toBeDefined()
    await set('appendonly', 'no')
    expect(saying(await store.audit(), 'warning')).toContain(
      'keeps nothing on disk (appendonly is no, and save is empty)',
    )
    await set('save', '3600 1')
    expect(saying(await store.audit(), 'warning')).toContain('forgets every receipt since the last snapshot')
    const waiting = await open({ waitForReplicas: 1 })
    expect(saying(await waiting.audit(), 'refusal')).toContain('no replica')
  })

  it('is no Cluster, and says so where it is taken for one', async () => {
    const url = server.url.replace('redis://', 'redis+cluster://')
    await expect(openStore(`${url}?answer-within-ms=300`)).rejects.toThrow(/none of the Cluster's nodes/)
  })

  it('tells as unknown what no replica has acknowledged, and answers it once they have', async () => {
    const store = await open({ waitForReplicas: 1, replicaTimeoutMs: 50 })
    const request = requestWith()
    await expect(store.claim(request)).rejects.toThrow(/only 0 of the 1 replicas/)
    await expect(store.settle(firstFence(request), succeeded())).rejects.toMatchObject({
      fault: 'unreachable',
    })
    // It stands, and is not answered before a replica has it.
    await expect(store.settle(firstFence(request), succeeded())).rejects.toMatchObject({
      fault: 'unreachable',
    })
    // An answer that changes nothing waits for nobody.
    expect((await store.claim(retryOf(request))).kind).toBe('replay')
    const { port } = new URL(server.url)
    const replica = await startNode(await findRedis(), ['--replicaof', '127.0.0.1', port])
    onTestFinished(() => replica.stop())
    const settled = await expect
      .poll(() => store.settle(firstFence(request), succeeded()).catch(() => undefined), { timeout: 20_000 })
      .toMatchObject({ kind: 'settled' })
      .then(() => store.read(request.id))
    expect(settled.receipt?.state).toBe('succeeded')
    expect(saying(await store.audit(), 'fact')).toContain('has 1 replica')
  })
})

describe.skipIf(await missing('redis'))('a Cluster', () => {
  it('is audited when it is opened by its URL, and refused where it evicts', async () => {
    const evicting = ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru']
    const node = await startNode(await findRedis(), ['--cluster-enabled', 'yes', ...evicting])
    onTestFinished(() => node.stop())
    await tellRedis(node.url, 'CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
    await expect(openStore(node.url.replace('redis://', 'redis+cluster://'))).rejects.toThrow(/allkeys-lru/)
  })

  it('is not taken by a client that knows one of its nodes alone', async () => {
    const [url = ''] = await redisClusterUrls()
    await expect(openStore(url)).rejects.toThrow(/most receipts can't be had; take a Cluster client/)
    const store = await openOver('node-redis', url, {})
    onTestFinished(() => store.close())
    const claims = await Promise.allSettled(Array.from({ length: 8 }, () => store.claim(requestWith())))
    for (const claim of claims) {
      expect(claim).toMatchObject({
        reason: { message: expect.stringContaining('give it a Cluster client') },
      })
    }
  })
})

describe('a URL', () => {
  it.each([
    'redis://',
    'redis://host:99999',
    'redis://one,two',
    'redis://host/x',
    'redis://host/0/1',
    'redis://host?persist=yes',
    'redis://host?wait-for-replicas=many',
    'redis+sentinel://host',
    'redis+cluster://host/1',
    'redis://%zz@host',
  ])('that names no server is refused: %s', async (url) => {
    const error = await openStore(url).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(StoreUrlInvalid)
    expect((error as Error).message).toMatch(/^[^\n]+\.$/)
  })
})

function saying(findings: readonly Finding[], level: Finding['level']): string {
  return findings
    .filter((finding) => finding.level === level)
    .map(({ says }) => says)
    .join('\n')
}
