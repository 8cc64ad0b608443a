import { oneFlight } from '../by-hand/one-flight.ts'
import { type Commands, ioRedis, nodeRedis } from '../by-hand/redis/commands.ts'
import { fingerprintOf, LEASE_MS, valueIn } from '../by-hand/texts.ts'
import type { Answer, Contender, OpenContender, Place } from '../contender.ts'
import { chargeCard, type Order } from '../payload.ts'
import { forget, prefixOfItsOwn } from '../servers/redis-prefix.ts'

export const openByNodeRedis: OpenContender = (place) => byHand(place, nodeRedis)
export const openByIoRedis: OpenContender = (place) => byHand(place, ioRedis)

const TTL_MS = 86_400_000
const FINGERPRINT_LENGTH = 64

/** The limit: `SET NX` and `SET`, and nothing else. The second one overwrites whatever it finds. */
async function byHand({ redisUrl }: Place, open: (url: string) => Promise<Commands>): Promise<Contender> {
  const commands = await open(redisUrl)
  const prefix = prefixOfItsOwn()

  const first = async (key: string, order: Order): Promise<Answer> => {
    const name = prefix + key
    const fingerprint = fingerprintOf(order)
    if (!(await commands.setIfAbsent(name, fingerprint, LEASE_MS))) return retry(key, order)
    const outcome = JSON.stringify(await chargeCard())
    await commands.set(name, fingerprint + outcome, TTL_MS)
    return { value: valueIn(outcome), replayed: false }
  }

  const retry = async (key: string, order: Order): Promise<Answer> => {
    const kept = (await commands.get(prefix + key)) ?? ''
    const outcome = kept.slice(FINGERPRINT_LENGTH)
    if (kept.slice(0, FINGERPRINT_LENGTH) !== fingerprintOf(order) || outcome === '')
      throw new Error(`no outcome: ${key}`)
    return { value: valueIn(outcome), replayed: true }
  }

  return {
    call: oneFlight(first),
    retry,
    async close() {
      await commands.close()
      await forget(redisUrl, prefix)
    },
  }
}
