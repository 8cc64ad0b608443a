import { client } from '../../http/client.ts'
import { openShop } from '../../http/shop.ts'
import type { Scenario } from '../../scenario.ts'

export const duplicate: Scenario = {
  name: 'HTTP: a duplicate',
  headline: 'Over HTTP, through the gateway: the same request twice',
  services: { client },

  async play(stage) {
    const { gateway, client } = await openShop(stage)
    stage.say('a charges API that knows nothing of idempotency, the gateway in front of it, and a client')
    const order = { tenant: 'acme', key: 'http-twice', url: gateway.chargesUrl }
    await client.call({ ...order, request: '{ "amount": 1250, "currency": "EUR" }' }).answer
    await client.call({ ...order, request: '{"currency":"EUR","amount":1.25e3}' }).answer
    stage.say('the retry wrote its JSON in another way, and got the same bytes')
  },

  expected: { calls: 2, effects: 1, derivedKeys: 0, outcomes: 2, different: 1, replayed: 1 },
}
