import type { Desk, Scenario, Serve } from '../scenario.ts'

function charging({ receipts, charge }: Desk): Serve {
  const chargeCard = receipts.operation('charge-card', { guarantee: 'at-most-once', ttl: '24h' })
  return (call) =>
    chargeCard.once(call, (attempt) => charge(call, { idempotencyKey: attempt.keyFor('charge') }))
}

export const anotherRequest: Scenario = {
  name: 'same key, another request',
  headline: 'The same key with another request',
  services: { charging },

  async play(stage) {
    const [one, other] = await stage.startPair('charging')
    stage.say('one process charges 12.50 EUR; the other one asks for 99.00 EUR under the same key')
    await one.call({ tenant: 'acme', key: 'reused', request: { amount: 1250, currency: 'EUR' } }).answer
    await other.call({ tenant: 'acme', key: 'reused', request: { amount: 9900, currency: 'EUR' } }).answer
  },

  expected: {
    calls: 2,
    effects: 1,
    derivedKeys: 1,
    outcomes: 1,
    different: 1,
    replayed: 0,
    errors: { KeyConflict: 1 },
  },
}
