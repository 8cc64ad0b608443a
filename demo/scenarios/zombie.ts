import type { Desk, Scenario, Serve } from '../scenario.ts'

function provisioning({ receipts, charge }: Desk): Serve {
  const provision = receipts.operation('provision', { guarantee: 'at-least-once', ttl: '24h', lease: '1s' })
  return (call) =>
    provision.once(call, (attempt) => charge(call, { idempotencyKey: attempt.keyFor('provision') }))
}

const order = { tenant: 'acme', key: 'zombie', request: { plan: 'team', seats: 20 } }

export const zombie: Scenario = {
  name: 'a zombie, at-least-once',
  headline: 'A zombie: stopped past its lease, woken after another process took over',
  services: { provisioning },

  async play(stage) {
    if (process.platform === 'win32') return stage.skip('Windows has no SIGSTOP')
    const [stopped, other] = await stage.startPair('provisioning')
    const overtaken = stopped.call({ ...order, holdAt: 'effect_written' })
    await stopped.until('effect_written')
    stopped.freeze()
    stage.say('SIGSTOP: the process has had its effect, and stands still; its lease of 1 s runs out')

    const winning = other.call({ ...order, holdAt: 'effect_began' })
    await other.until('effect_began')
    stage.say('the retry has taken over, and its effect runs; SIGCONT: the zombie goes on where it stood')
    stopped.thaw()
    stopped.goOn()
    await Promise.race([stopped.until('claim_lost'), overtaken.answer])
    stage.check("the zombie's settles that were refused", stopped.count('claim_lost'), 1)
    stage.say("the zombie's settle was refused; its caller waits for the winner")
    other.goOn()

    const [late, winner] = await Promise.all([overtaken.answer, winning.answer])
    if (late.got === 'outcome' && winner.got === 'outcome') {
      stage.check("what the zombie's caller got", late.value.charge, winner.value.charge)
      stage.check("the winner's outcome", winner.value.charge, stage.effects()[1]?.charge)
    }
  },

  // Stopping a zombie's effect takes a downstream that knows the derived key, or checks the fence.
  expected: { calls: 2, effects: 2, derivedKeys: 1, outcomes: 2, different: 1, replayed: 1 },
}
