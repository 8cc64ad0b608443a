import type { Desk, Scenario, Serve } from '../scenario.ts'

function charging({ receipts, charge }: Desk): Serve {
  const chargeCard = receipts.operation('charge-card', { guarantee: 'at-most-once', ttl: '24h' })
  return (call) =>
    chargeCard.once(call, (attempt) => charge(call, { idempotencyKey: attempt.keyFor('charge') }))
}

export const membersInAnotherOrder: Scenario = {
  name: 'members in another order',
  headline: 'The same JSON with its members in another order',
  services: { charging },

  async play(stage) {
    const [one, other] = await stage.startPair('charging')
    const first = '{ "amount": 1250, "card": { "brand": "visa", "last4": "4242" } }'
    const again = '{ "card": { "last4": "4242", "brand": "visa" }, "amount": 1.25e3 }'
    stage.say(`one process sends ${first}`)
    await one.call({ tenant: 'acme', key: 'reordered', request: JSON.parse(first) }).answer
    stage.say(`the other one    ${again}`)
    await other.call({ tenant: 'acme', key: 'reordered', request: JSON.parse(again) }).answer
  },

  expected: { calls: 2, effects: 1, derivedKeys: 1, outcomes: 2, different: 1, replayed: 1 },
}
