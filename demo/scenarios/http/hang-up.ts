import { client } from '../../http/client.ts'
import { openShop } from '../../http/shop.ts'
import type { Scenario } from '../../scenario.ts'

export const hangUp: Scenario = {
  name: 'HTTP: a caller hangs up, then retries',
  headline: 'Over HTTP: a caller that hangs up while the charge runs, and retries',
  services: { client },

  async play(stage) {
    const { api, gateway, client } = await openShop(stage, { holdAt: 'effect_began' })
    const order = {
      tenant: 'acme',
      key: 'http-impatient',
      request: { amount: 1250, currency: 'EUR' },
      url: gateway.chargesUrl,
    }
    const impatient = client.call(order)
    await api.until('effect_began')
    impatient.giveUp()
    await impatient.answer
    stage.say('the charge has begun and its connection is closed; a retry comes in')
    const retry = client.call(order)
    await client.until('sent', 2)
    api.goOn()
    await retry.answer
    stage.say('the charge went on without its caller, and the retry got its answer')
  },

  expected: {
    calls: 2,
    effects: 1,
    derivedKeys: 0,
    outcomes: 1,
    different: 1,
    replayed: 1,
    errors: { AbortError: 1 },
  },
}
