import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { missing, postgresDatabase, redisUrl } from '../../../../test-support/servers/index.ts'
import { ask, keyed } from './ask.ts'
import { gateway, newStore } from './gateway-process.ts'
import { upstream } from './world.ts'

const soak = process.env.COUNTERFOIL_SOAK === '1'
const ROUNDS = soak ? 20 : 2
const KILLS = soak ? 20 : 2
const GATEWAYS = [0, 1, 2, 3]

async function database(): Promise<string> {
  const { url, drop } = await postgresDatabase()
  onTestFinished(drop)
  return `${url}?migrate=true`
}

it.skipIf(await missing('redis'))('says at its start where the store is, and no password', async () => {
  const behind = await upstream((_, response) => void response.end())
  const url = new URL(await redisUrl())
  const store = `redis://default:secret@${url.host}/0?prefix=gateway-none:`
  const { startLine } = await gateway(behind.port, store)
  expect(startLine).toContain(`Redis (redis://${url.host}/0)`)
  expect(startLine).not.toMatch(/secret|default/)
})

async function prefix(): Promise<string> {
  return `${await redisUrl()}?prefix=gateway-${randomBytes(6).toString('hex')}:`
}

const stores = [
  ['SQLite', false, newStore],
  ['PostgreSQL', await missing('postgres'), database],
  ['Redis', await missing('redis'), prefix],
] as const

describe.each(stores)('several gateways on one store in %s', (_name, isMissing, newPlace) => {
  it.skipIf(isMissing)(
    `200 requests on one key through four of them: one effect, equal answers, in each of ${ROUNDS} rounds`,
    async () => {
      const effects = new Map<string, number>()
      const behind = await upstream((request, response) => {
        const key = String(request.headers['idempotency-key'])
        effects.set(key, (effects.get(key) ?? 0) + 1)
        response.end(randomBytes(64))
      })
      const store = await newPlace()
      const gateways = await Promise.all(GATEWAYS.map(() => gateway(behind.port, store)))
      for (let round = 0; round < ROUNDS; round += 1) {
        const key = `round-${round}`
        const answers = await Promise.all(
          Array.from({ length: 200 }, (_, n) =>
            ask(gateways[n % GATEWAYS.length]?.port as number, keyed(key, '{}')),
          ),
        )
        expect(new Set(answers.map(({ status, sha256 }) => `${status} ${sha256}`)).size).toBe(1)
        expect(answers[0]?.status).toBe(200)
        expect(effects.get(key)).toBe(1)
      }
    },
  )

  it.skipIf(isMissing).each([
    ['at-most-once', 1, 409],
    ['at-least-once', 2, 200],
  ] as const)(
    `one is killed while the upstream runs, ${KILLS} times: under %s %i effects, and the retry gets %i from another`,
    async (guarantee, effects, status) => {
      const store = await newPlace()
      for (let kill = 0; kill < KILLS; kill += 1) {
        let slow = true
        const behind = await upstream((_, response) => {
          if (!slow) response.end('paid')
        })
        const flags = ['--guarantee', guarantee, '--lease', '500ms']
        const [dying, other] = await Promise.all([
          gateway(behind.port, store, flags),
          gateway(behind.port, store, flags),
        ])
        const key = `kill-${kill}`
        const lost = ask(dying.port, keyed(key, '{}')).catch(() => 'lost')
        while (behind.runs() === 0) await pause(2)
        dying.child.kill('SIGKILL')
        expect(await lost).toBe('lost')
        slow = false
        // It waits for the dead one's lease, and then runs or is told.
        expect((await ask(other.port, keyed(key, '{}'))).status).toBe(status)
        expect(behind.runs()).toBe(effects)
      }
    },
  )
})
