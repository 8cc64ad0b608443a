import type { OperationOptions } from 'counterfoil'
import type { Desk, Scenario, Serve } from '../scenario.ts'

const options: OperationOptions = { guarantee: 'at-most-once', ttl: '24h', lease: '1s' }

function withoutRecover({ receipts, charge }: Desk): Serve {
  const chargeCard = receipts.operation('charge-card', options)
  return (call) =>
    chargeCard.once(call, (attempt) => charge(call, { idempotencyKey: attempt.keyFor('charge') }))
}

function withRecover({ receipts, charge, ledger }: Desk): Serve {
  const chargeCard = receipts.operation('charge-card', {
    ...options,
    // Asks the downstream by the key that the killed attempt gave it.
    recover(_receipt, attempt) {
      const found = ledger.find(attempt.keyFor('charge'))
      if (found === undefined) return { found: 'did_not_happen' }
      return { found: 'happened', value: { charge: found.charge, process: found.process } }
    },
  })
  return (call) =>
    chargeCard.once(call, (attempt) => charge(call, { idempotencyKey: attempt.keyFor('charge') }))
}

const order = { tenant: 'acme', key: 'killed-after', request: { amount: 1250, currency: 'EUR' } }

export const killedAfterTheEffect: Scenario = {
  name: 'kill -9 after the effect, at-most-once',
  headline: 'kill -9 when the effect has happened and nobody was told, at-most-once',
  services: { withoutRecover, withRecover },

  async play(stage) {
    const killed = await stage.start('withoutRecover')
    killed.call({ ...order, holdAt: 'effect_written' })
    await killed.until('effect_written')
    await killed.kill()
    stage.say('the line is in the ledger, and the process is dead; a retry waits until its lease of 1 s ends')

    const helpless = await stage.start('withoutRecover')
    const unknown = await helpless.call(order).answer
    if (unknown.got === 'error')
      stage.say(`${unknown.name}: held, since a second charge would be worse than a stop`)

    const recovering = await stage.start('withRecover')
    await recovering.call(order).answer
    stage.check('recoveries', recovering.count('recovered'), 1)
    stage.say('a process with recover() finds the line in the ledger, and settles the receipt by it')
    await helpless.call(order).answer
  },

  expected: {
    calls: 4,
    effects: 1,
    derivedKeys: 1,
    outcomes: 2,
    different: 1,
    replayed: 2,
    errors: { OutcomeUnknown: 1 },
    unanswered: 1,
  },
}
