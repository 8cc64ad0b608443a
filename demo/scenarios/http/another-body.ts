import { client } from '../../http/client.ts'
import { openShop } from '../../http/shop.ts'
import type { Scenario } from '../../scenario.ts'

export const anotherBody: Scenario = {
  name: 'HTTP: same key, another body',
  headline: 'Over HTTP: the same key with another body',
  services: { client },

  async play(stage) {
    const { gateway, client } = await openShop(stage)
    const order = { tenant: 'acme', key: 'http-reused', url: gateway.chargesUrl }
    await client.call({ ...order, request: { amount: 1250, currency: 'EUR' } }).answer
    const refused = await client.call({ ...order, request: { amount: 9900, currency: 'EUR' } }).answer
    if (refused.got === 'error') stage.say(refused.message)
  },

  expected: {
    calls: 2,
    effects: 1,
    derivedKeys: 0,
    outcomes: 1,
    different: 1,
    replayed: 0,
    errors: { 'key-conflict (422)': 1 },
  },
}
