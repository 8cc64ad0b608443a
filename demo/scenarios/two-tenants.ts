import type { Desk, Scenario, Serve } from '../scenario.ts'

function charging({ receipts, charge }: Desk): Serve {
  const chargeCard = receipts.operation('charge-card', { guarantee: 'at-most-once', ttl: '24h' })
  return (call) =>
    chargeCard.once(call, (attempt) => charge(call, { idempotencyKey: attempt.keyFor('charge') }))
}

export const twoTenants: Scenario = {
  name: 'two tenants, one key',
  headline: 'Two tenants that happen to choose one key',
  services: { charging },

  async play(stage) {
    const [one, other] = await stage.startPair('charging')
    stage.say('acme and globex call at once, with one key and one request')
    const request = { amount: 1250, currency: 'EUR' }
    const acme = one.call({ tenant: 'acme', key: 'order-1', request })
    const globex = other.call({ tenant: 'globex', key: 'order-1', request })
    await Promise.all([acme.answer, globex.answer])
  },

  expected: { calls: 2, effects: 2, derivedKeys: 2, outcomes: 2, different: 2, replayed: 0 },
}
