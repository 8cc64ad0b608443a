import { CheckThenSet } from '../check-then-set.ts'
import type { Desk, Scenario, Serve } from '../scenario.ts'

function checkingThenSetting({ controlPath, charge, tell }: Desk): Serve {
  const store = new CheckThenSet(controlPath)
  return (call) =>
    store.once(
      call.key,
      () => charge(call, { idempotencyKey: null }),
      () => tell('waiting'),
    )
}

/** Chance has its part in a race: a storm that finds nothing is repeated, up to this often. */
const MAX_ROUNDS = 5

export const control: Scenario = {
  name: 'control: the storm, check-then-set',
  headline: 'The control: the same storm on a store that checks for the key and then sets it',
  services: { checkingThenSetting },

  async play(stage) {
    const workers = await stage.startAll('checkingThenSetting', 4)
    for (let round = 1; round <= MAX_ROUNDS; round += 1) {
      const order = { tenant: 'acme', key: `control-${round}`, request: { amount: 1250, currency: 'EUR' } }
      await stage.storm(workers, 50, order)
      const doubles = stage.effects().length - round
      if (doubles > 0) {
        stage.say(
          `the card was charged ${doubles + 1} times: as it must be here, or this storm would prove nothing`,
        )
        return
      }
      stage.say('no double effect this time: once more')
    }
    stage.check('double effects of a store that must have some', 0, 'at least 1')
  },

  isControl: true,
  expected: {
    calls: { atLeast: 200 },
    effects: { atLeast: 2 },
    derivedKeys: 0,
    outcomes: { atLeast: 200 },
    different: { atLeast: 2 },
    replayed: { atLeast: 0 },
  },
}
