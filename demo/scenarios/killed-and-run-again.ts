import type { Desk, Scenario, Serve } from '../scenario.ts'

function provisioning({ receipts, charge }: Desk): Serve {
  const provision = receipts.operation('provision', { guarantee: 'at-least-once', ttl: '24h', lease: '1s' })
  return (call) =>
    provision.once(call, (attempt) =>
      charge(call, { idempotencyKey: attempt.keyFor('provision'), predecessor: attempt.predecessor }),
    )
}

const order = { tenant: 'acme', key: 'killed-and-run-again', request: { plan: 'team', seats: 20 } }

export const killedAndRunAgain: Scenario = {
  name: 'kill -9 after the effect, at-least-once',
  headline: 'kill -9 when the effect has happened and nobody was told, at-least-once',
  services: { provisioning },

  async play(stage) {
    const [killed, other] = await stage.startPair('provisioning')
    killed.call({ ...order, holdAt: 'effect_written' })
    await killed.until('effect_written')
    await killed.kill()
    stage.say('the line is in the ledger, and the process is dead; a retry waits until its lease of 1 s ends')
    await other.call(order).answer
    const told = stage.effects()[1]?.predecessor ?? 'nothing'
    stage.check('what the second attempt was told of the first', told, 'abandoned')
    stage.say(`the retry ran again, told that its predecessor was ${told}, and with the same derived key`)
  },

  // A second effect is what this guarantee allows; a downstream that knows the derived key has one all the same.
  expected: {
    calls: 2,
    effects: 2,
    derivedKeys: 1,
    outcomes: 1,
    different: 1,
    replayed: 0,
    unanswered: 1,
  },
}
