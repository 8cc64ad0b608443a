import type { Desk, Scenario, Serve } from '../scenario.ts'

function charging({ receipts, charge }: Desk): Serve {
  const chargeCard = receipts.operation('charge-card', { guarantee: 'at-most-once', ttl: '24h' })
  return (call) =>
    chargeCard.once(call, (attempt) => charge(call, { idempotencyKey: attempt.keyFor('charge') }))
}

const orders = Array.from({ length: 20 }, (_, at) => ({
  tenant: 'acme',
  key: `before-the-restart-${at + 1}`,
  request: { amount: 100 * (at + 1), currency: 'EUR' },
}))

export const restart: Scenario = {
  name: 'a restart, receipts kept',
  headline: 'A restart: every process ends, a new one gets the same calls again',
  services: { charging },

  async play(stage) {
    const [closed, killed] = await stage.startPair('charging')
    const before = orders.map((order, at) => (at % 2 === 0 ? closed : killed).call(order))
    await Promise.all(before.map(({ answer }) => answer))
    await closed.close()
    await killed.kill()
    stage.say('20 charges are done; one process has closed its receipts, the other one was killed')

    const after = await stage.start('charging')
    await Promise.all(orders.map((order) => after.call(order).answer))
    stage.say('a new process has made the same 20 calls')
  },

  expected: { calls: 40, effects: 20, derivedKeys: 20, outcomes: 40, different: 20, replayed: 20 },
}
