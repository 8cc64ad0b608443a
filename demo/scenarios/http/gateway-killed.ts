import { client } from '../../http/client.ts'
import type { GatewayTerms } from '../../http/gateway-process.ts'
import { openShop } from '../../http/shop.ts'
import type { Scenario } from '../../scenario.ts'
import type { Stage } from '../../stage.ts'

/** The gateway dies while the charge runs; the API finishes it, and has nobody to tell. */
async function play(stage: Stage, guarantee: GatewayTerms['guarantee']): Promise<void> {
  const { api, gateway, client, anotherGateway } = await openShop(stage, {
    guarantee,
    holdAt: 'effect_began',
  })
  const order = {
    tenant: 'acme',
    key: `http-killed-${guarantee}`,
    request: { amount: 1250, currency: 'EUR' },
  }
  const lost = client.call({ ...order, url: gateway.chargesUrl })
  await api.until('effect_began')
  await gateway.kill()
  await lost.answer
  api.goOn()
  stage.say('the gateway is dead, and the charge goes on; a retry waits until its lease of 1 s ends')
  const restarted = await anotherGateway()
  const retry = await client.call({ ...order, url: restarted.chargesUrl }).answer
  if (retry.got === 'error') stage.say(retry.message)
}

export const gatewayKilled: Scenario = {
  name: 'HTTP: kill -9 of the gateway, at-most-once',
  headline: 'Over HTTP: kill -9 of the gateway while the charge runs, at-most-once',
  services: { client },
  play: (stage) => play(stage, 'at-most-once'),

  expected: {
    calls: 2,
    effects: 1,
    derivedKeys: 0,
    outcomes: 0,
    different: 0,
    replayed: 0,
    errors: { ConnectionLost: 1, 'outcome-unknown (409)': 1 },
  },
}

export const gatewayKilledAndRunAgain: Scenario = {
  name: 'HTTP: kill -9 of the gateway, at-least-once',
  headline: 'Over HTTP: kill -9 of the gateway while the charge runs, at-least-once',
  services: { client },
  play: (stage) => play(stage, 'at-least-once'),

  // A second charge is what this guarantee allows: it is for effects that may be had twice.
  expected: {
    calls: 2,
    effects: 2,
    derivedKeys: 0,
    outcomes: 1,
    different: 1,
    replayed: 0,
    errors: { ConnectionLost: 1 },
  },
}
