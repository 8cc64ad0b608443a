import { client } from '../../http/client.ts'
import { openShop } from '../../http/shop.ts'
import type { Scenario } from '../../scenario.ts'

const orders = Array.from({ length: 20 }, (_, at) => ({
  tenant: 'acme',
  key: `http-before-the-restart-${at + 1}`,
  request: { amount: 100 * (at + 1), currency: 'EUR' },
}))

export const gatewayRestarted: Scenario = {
  name: 'HTTP: a restart, receipts kept',
  headline: 'Over HTTP: the gateway is told to end, and another one gets the same requests again',
  services: { client },

  async play(stage) {
    if (process.platform === 'win32') return stage.skip('Windows has no SIGTERM')
    const { gateway, client, anotherGateway } = await openShop(stage)
    const before = orders.map((order) => client.call({ ...order, url: gateway.chargesUrl }))
    await Promise.all(before.map(({ answer }) => answer))
    await gateway.close()
    stage.check('how the gateway ended at SIGTERM', gateway.ended, 'exit code 0')
    const after = await anotherGateway()
    stage.say('20 charges are done; the gateway has ended at SIGTERM, and a new one stands in its place')
    await Promise.all(orders.map((order) => client.call({ ...order, url: after.chargesUrl }).answer))
  },

  expected: { calls: 40, effects: 20, derivedKeys: 0, outcomes: 40, different: 20, replayed: 20 },
}
