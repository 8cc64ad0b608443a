import { describe, expect, it, onTestFinished } from 'vitest'
import { createReceipts } from '../../../src/index.ts'
import { type Cut, cuttingProxy } from '../../testing/cutting-proxy.ts'
import { databaseForFile } from '../../testing/on-a-database.ts'
import { newTables } from './a-store.ts'

const database = databaseForFile()
const times = process.env.COUNTERFOIL_SOAK ? 50 : 12

describe.each<Cut>(['before it is sent', 'after it is sent', 'after its answer'])(
  'a connection that is lost %s',
  (cut) => {
    it.each(['claim', 'settle'] as const)(
      `with a %s, ${times} times: one effect, one outcome, no key held for nobody`,
      async (verb) => {
        const tables = await newTables(database)
        const proxy = await cuttingProxy(tables.url)
        onTestFinished(() => proxy.close())
        const store = tables.open({ over: proxy.url })
        const receipts = createReceipts({ store, secret: 'a secret of the test', sweep: 'off' })
        onTestFinished(() => receipts.close())
        const charge = receipts.operation('charge', { guarantee: 'at-most-once', ttl: '1h', lease: '30s' })
        for (let round = 0; round < times; round += 1) {
          const key = `key-${round}-of-the-claim`
          const outcome = `outcome-${round}-of-the-settle`
          let effects = 0
          proxy.cutAt(verb === 'claim' ? key : outcome, cut)
          const call = (): Promise<{ value: unknown }> =>
            charge.once({ tenant: 'acct', key, request: { round } }, async () => {
              effects += 1
              return outcome
            })
          const answers = await Promise.all([call(), call(), call()])
          for (const { value } of answers) expect(value).toBe(outcome)
          expect((await call()).value).toBe(outcome)
          expect(effects).toBe(1)
          expect(proxy.cuts()).toBe(round + 1)
        }
      },
    )
  },
)
