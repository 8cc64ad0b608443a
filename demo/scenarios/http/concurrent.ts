import { client } from '../../http/client.ts'
import { openShop } from '../../http/shop.ts'
import type { Scenario } from '../../scenario.ts'

const CALLERS = 100

export const concurrent: Scenario = {
  name: 'HTTP: a retry storm',
  headline: `Over HTTP: ${CALLERS} callers at once with one key, through two gateways`,
  services: { client },

  async play(stage) {
    const { api, gateway, client, anotherGateway } = await openShop(stage, { holdAt: 'effect_began' })
    const [other, otherClient] = await Promise.all([anotherGateway(), stage.start('client')])
    const order = { tenant: 'acme', key: 'http-storm', request: { amount: 1250, currency: 'EUR' } }
    const half = CALLERS / 2
    const callings = await Promise.all([
      client.stand({ ...order, url: gateway.chargesUrl }, half),
      otherClient.stand({ ...order, url: other.chargesUrl }, half),
    ])
    client.go()
    otherClient.go()
    await Promise.all([client.until('sent', half), otherClient.until('sent', half)])
    await api.until('effect_began')
    stage.say(`all ${CALLERS} requests are sent, and the charge has begun: it goes on`)
    api.goOn()
    await Promise.all(callings.flat().map(({ answer }) => answer))
  },

  expected: {
    calls: CALLERS,
    effects: 1,
    derivedKeys: 0,
    outcomes: CALLERS,
    different: 1,
    replayed: CALLERS - 1,
  },
}
