import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { redisUrl } from '../../../../../test-support/servers/index.ts'
import { openTcpProxy, type TcpProxy } from '../../../src/testing/index.ts'
import { firstFence, LEASE_MS, requestWith, succeeded } from '../../../src/testing/requests.ts'
import { newPrefix, openOver, removeAll } from './on-redis.ts'

// What a claim and a settle come to when their connection is cut or silent: cut-connections.redis.test.ts.
const clients = ['node-redis', 'ioredis'] as const

describe.each(clients)('by %s, a connection that is lost', (kind) => {
  it('is answered within the bound where it falls silent, and the next call goes over another', async () => {
    const { proxy, prefix } = await proxied()
    const store = await openOver(kind, proxy.through(await redisUrl()), { prefix, answerWithinMs: 200 })
    onTestFinished(() => store.close())
    const request = requestWith()
    await store.claim(request)
    const { promise: woken, resolve } = Promise.withResolvers<void>()
    const watch = store.watch(request.id, resolve)
    await store.read(request.id)
    // Nothing passes, and nobody is told that it is lost.
    proxy.strikeAll('black_hole')
    await expect(store.renew(firstFence(request), LEASE_MS)).rejects.toMatchObject({
      fault: 'unreachable',
      message:
        'The Redis store did not answer within 200 ms; the request can be sent again, and counts once.',
    })
    expect(await store.settle(firstFence(request), succeeded())).toMatchObject({ kind: 'settled' })
    await woken
    watch.stop()
  })

  it('is no condition: who waits is told of a change, and not only finds it', async () => {
    const { prefix } = await proxied()
    const [waiting, other] = [
      await openOver(kind, await redisUrl(), { prefix }),
      await openOver(kind, await redisUrl(), { prefix }),
    ]
    onTestFinished(async () => void (await Promise.all([waiting.close(), other.close()])))
    const request = requestWith()
    await other.claim(request)
    const { promise: woken, resolve } = Promise.withResolvers<void>()
    const watch = waiting.watch(request.id, resolve)
    onTestFinished(() => void vi.useRealTimers())
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    await waiting.read(request.id)
    await other.settle(firstFence(request), succeeded())
    await woken
    watch.stop()
  })

  it('wakes who waits, though the message was said while nobody listened', async () => {
    const { proxy, prefix } = await proxied()
    const waiting = await openOver(kind, proxy.through(await redisUrl()), { prefix })
    const other = await openOver(kind, await redisUrl(), { prefix })
    onTestFinished(async () => void (await Promise.all([waiting.close(), other.close()])))
    const request = requestWith()
    await other.claim(request)
    const { promise: woken, resolve } = Promise.withResolvers<void>()
    const watch = waiting.watch(request.id, resolve)
    await waiting.read(request.id)
    proxy.strikeAll('cut')
    await other.settle(firstFence(request), succeeded())
    await woken
    watch.stop()
  })
})

async function proxied(): Promise<{ proxy: TcpProxy; prefix: string }> {
  const { hostname, port } = new URL(await redisUrl())
  const proxy = await openTcpProxy({ host: hostname, port: Number(port) })
  const prefix = newPrefix()
  onTestFinished(async () => {
    await proxy.close()
    await removeAll('node-redis', prefix)
  })
  return { proxy, prefix }
}
