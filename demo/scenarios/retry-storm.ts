import type { Desk, Scenario, Serve } from '../scenario.ts'

function charging({ receipts, charge }: Desk): Serve {
  const chargeCard = receipts.operation('charge-card', { guarantee: 'at-most-once', ttl: '24h' })
  return (call) =>
    chargeCard.once(call, (attempt) => charge(call, { idempotencyKey: attempt.keyFor('charge') }))
}

const order = { tenant: 'acme', key: 'storm', request: { amount: 1250, currency: 'EUR' } }

export const retryStorm: Scenario = {
  name: 'retry storm',
  headline: 'A retry storm: 200 calls at once with one key, from four processes',
  services: { charging },

  async play(stage) {
    const workers = await stage.startAll('charging', 4)
    await stage.storm(workers, 50, order)
  },

  expected: { calls: 200, effects: 1, derivedKeys: 1, outcomes: 200, different: 1, replayed: 199 },
}
