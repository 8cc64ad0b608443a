import { describe, expect, it } from 'vitest'
import { missing, redisUrl } from '../../../../../test-support/servers/index.ts'
import { tellRedis } from '../../../../../test-support/servers/redis.ts'
import { fenceOf } from '../../../src/core/index.ts'
import { claimFirst, settleUnchanged } from '../../../src/stores/redis/scripts.ts'
import { requestWith, succeeded } from '../../../src/testing/requests.ts'
import { newPrefix, openOn, openWith, removeAll } from './on-redis.ts'

describe.skipIf(await missing('redis'))('calls that come together', () => {
  it('are three scripts for forty first claims, and three for as many settles', async () => {
    const prefix = newPrefix()
    const sent: string[] = []
    const store = await openWith({ prefix }, { before: async (sha) => sent.push(sha) })
    const claims = await Promise.all(requests(40).map((request) => store.claim(request)))
    const receipts = claims.flatMap((claim) => (claim.kind === 'claimed' ? [claim.receipt] : []))
    const settles = await Promise.all(
      receipts.map((receipt) => store.settle(fenceOf(receipt), succeeded(), receipt)),
    )
    await store.close()
    await removeAll('node-redis', prefix)
    expect(settles.filter(({ kind }) => kind === 'settled')).toHaveLength(40)
    expect(sent).toEqual(
      [claimFirst, claimFirst, claimFirst, settleUnchanged, settleUnchanged, settleUnchanged].map(
        ({ sha }) => sha,
      ),
    )
  })

  it('are all served where they are more than a script takes at once', async () => {
    const prefix = newPrefix()
    const store = await openOn('node-redis', { prefix })
    const claims = await Promise.all(requests(200).map((request) => store.claim(request)))
    await store.close()
    await removeAll('node-redis', prefix)
    expect(claims.filter(({ kind }) => kind === 'claimed')).toHaveLength(200)
  })

  it.each(['node-redis', 'ioredis'] as const)(
    'fail one by one: what is wrong with one key is nothing to another (%s)',
    async (kind) => {
      const prefix = newPrefix()
      const store = await openOn(kind, { prefix })
      const asked = requests(5)
      await tellRedis(await redisUrl(), 'LPUSH', `${prefix}{${asked[2]?.id}}`, 'x')
      const ended = await Promise.allSettled(asked.map((request) => store.claim(request)))
      await store.close()
      await removeAll('node-redis', prefix)
      expect(
        ended.map((each) => (each.status === 'fulfilled' ? each.value.kind : each.reason.fault)),
      ).toEqual(['claimed', 'claimed', 'corrupt', 'claimed', 'claimed'])
    },
  )

  it('are decided one after the other where they are about one key', async () => {
    const prefix = newPrefix()
    const store = await openOn('node-redis', { prefix })
    const request = requestWith()
    const rivals = [request, { ...request, token: 'another', incarnation: 'another' }]
    const claims = await Promise.all(rivals.map((rival) => store.claim(rival)))
    await store.close()
    await removeAll('node-redis', prefix)
    expect(claims.map(({ kind }) => kind)).toEqual(['claimed', 'in_progress'])
  })
})

const requests = (count: number) => Array.from({ length: count }, () => requestWith())
