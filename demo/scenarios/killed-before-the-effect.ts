import type { Desk, Scenario, Serve } from '../scenario.ts'

function charging({ receipts, charge, ledger }: Desk): Serve {
  const chargeCard = receipts.operation('charge-card', {
    guarantee: 'at-most-once',
    ttl: '24h',
    lease: '1s',
    // "It did not happen" is safe to say here, because the process that might still have charged is dead.
    recover(_receipt, attempt) {
      const found = ledger.find(attempt.keyFor('charge'))
      if (found === undefined) return { found: 'did_not_happen' }
      return { found: 'happened', value: { charge: found.charge, process: found.process } }
    },
  })
  return (call) =>
    chargeCard.once(call, (attempt) => charge(call, { idempotencyKey: attempt.keyFor('charge') }))
}

const order = { tenant: 'acme', key: 'killed-before', request: { amount: 1250, currency: 'EUR' } }

export const killedBeforeTheEffect: Scenario = {
  name: 'kill -9 before the effect, at-most-once',
  headline: 'kill -9 when the handler runs and nothing has happened yet, at-most-once',
  services: { charging },

  async play(stage) {
    const [killed, other] = await stage.startPair('charging')
    killed.call({ ...order, holdAt: 'effect_began' })
    await killed.until('effect_began')
    await killed.kill()
    stage.check('effects when the process was killed', stage.effects().length, 0)
    stage.say('no line in the ledger, and the process is dead; a retry waits until its lease of 1 s ends')
    await other.call(order).answer
    stage.check('recoveries', other.count('recovered'), 1)
    stage.say('recover() found no line in the ledger, so that the retry ran')
  },

  expected: {
    calls: 2,
    effects: 1,
    derivedKeys: 1,
    outcomes: 1,
    different: 1,
    replayed: 0,
    unanswered: 1,
  },
}
