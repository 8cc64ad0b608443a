import type { Desk, Scenario, Serve } from '../scenario.ts'

// `call` has an AbortSignal, which fires when the caller gives up. It ends the caller's wait, not the attempt.
function charging({ receipts, charge }: Desk): Serve {
  const chargeCard = receipts.operation('charge-card', { guarantee: 'at-most-once', ttl: '24h' })
  return (call) =>
    chargeCard.once(call, (attempt) => charge(call, { idempotencyKey: attempt.keyFor('charge') }))
}

const order = { tenant: 'acme', key: 'impatient', request: { amount: 1250, currency: 'EUR' } }

export const callerGivesUp: Scenario = {
  name: 'a caller gives up, then retries',
  headline: 'A caller that gives up while the effect runs, and retries',
  services: { charging },

  async play(stage) {
    const [one, other] = await stage.startPair('charging')
    const impatient = one.call({ ...order, holdAt: 'effect_began' })
    await one.until('effect_began')
    impatient.giveUp()
    await impatient.answer
    stage.say('the effect has begun and its caller is gone; a retry comes in at the other process')
    const retry = other.call(order)
    await other.until('waiting')
    stage.say('the retry waits for the effect, which goes on without its caller')
    one.goOn()
    await retry.answer
  },

  expected: {
    calls: 2,
    effects: 1,
    derivedKeys: 1,
    outcomes: 1,
    different: 1,
    replayed: 1,
    errors: { AbortError: 1 },
  },
}
