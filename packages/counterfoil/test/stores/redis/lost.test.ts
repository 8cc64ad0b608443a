import { randomUUID } from 'node:crypto'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { redisUrl } from '../../../../../test-support/servers/index.ts'
import { receiptId } from '../../../src/core/index.ts'
import { createReceipts } from '../../../src/index.ts'
import { messageWith, openTcpProxy, type TcpProxy } from '../../../src/testing/index.ts'
import { firstFence, LEASE_MS, requestWith, succeeded } from '../../../src/testing/requests.ts'
import { openOver, prefixOf, removeAll } from './on-redis.ts'

const times = process.env.COUNTERFOIL_SOAK ? 50 : 12
const clients = ['node-redis', 'ioredis'] as const

describe.each(clients)('by %s, a connection that is lost', (kind) => {
  describe.each(['before', 'sent', 'answered'] as const)('when the message is met: %s', (at) => {
    it.each(['claim', 'settle'] as const)(
      `with a %s, ${times} times: one effect, one outcome, no key held for nobody`,
      async (verb) => {
        const { proxy, prefix } = await proxied()
        const store = await openOver(kind, proxy.through(await redisUrl()), { prefix })
        const receipts = createReceipts({ store, secret: 'a secret of the test', sweep: 'off' })
        onTestFinished(() => receipts.close())
        const charge = receipts.operation('charge', { guarantee: 'at-most-once', ttl: '1h', lease: '30s' })
        for (let round = 0; round < times; round += 1) {
          const key = randomUUID()
          const outcome = `outcome ${key}`
          let effects = 0
          const id = receiptId({ tenant: 'acct', operation: 'charge', key })
          const call = (): Promise<{ value: unknown }> =>
            charge.once({ tenant: 'acct', key, request: { round } }, async () => {
              effects += 1
              return outcome
            })
          const mark = Buffer.from(verb === 'claim' ? id : outcome)
          const fault = proxy.plan({ at, effect: 'cut', when: messageWith(mark) })
          const answers = await Promise.all([call(), call(), call()])
          await fault.struck
          for (const { value } of answers) expect(value).toBe(outcome)
          expect((await call()).value).toBe(outcome)
          expect(effects).toBe(1)
        }
      },
    )
  })

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
  const prefix = prefixOf()
  onTestFinished(async () => {
    await proxy.close()
    await removeAll('node-redis', prefix)
  })
  return { proxy, prefix }
}
