import type { Answers } from '../answers/answers.ts'
import { isHarmful, isTransactional } from '../answers/judged.ts'
import { type Misfit, none, type Rule } from './misfit.ts'

/** The effects against each other, against the store, and against what a failure is said to leave. */
export const effectRules: readonly Rule[] = [
  effectsHaveNamesOfTheirOwn,
  paymentsAndMessagesAreHarmful,
  theReceiptsDatabaseIsOne,
  twoPlacesDoNotCommitTogether,
  whatAFailureLeaves,
]

function effectsHaveNamesOfTheirOwn({ effects }: Answers): readonly Misfit[] {
  return effects.flatMap(({ name }, at) => {
    const first = effects.findIndex((other) => other.name === name)
    return first === at
      ? []
      : [
          {
            id: 'effect-named-twice',
            about: [`effects.${at}.name`, `effects.${first}.name`],
            says: `two effects are called ${name}: they would have one derived key, and the second call would be answered with the first one’s outcome.`,
            change: 'Give each a name of its own.',
          },
        ]
  })
}

function paymentsAndMessagesAreHarmful({ effects }: Answers): readonly Misfit[] {
  return effects.flatMap((effect, at) =>
    effect.kind === 'payment' && !isHarmful(effect)
      ? [
          {
            id: 'harmless-payment',
            about: [`effects.${at}.repeated`],
            says: `a second payment is said to be harmless: ${effect.name} may deduplicate by a key, and that is what key-memory is for; the second payment itself is a double.`,
            change: 'Say harmful.',
          },
        ]
      : [],
  )
}

function theReceiptsDatabaseIsOne({ effects, store }: Answers): readonly Misfit[] {
  if (store.kind === 'postgres' || store.kind === 'sqlite') return none
  return effects.flatMap(({ name, place }, at) =>
    place.is === 'receipts-database'
      ? [
          {
            id: 'no-database-for-the-effect',
            about: ['store.url', `effects.${at}.place`],
            says: `${name} is said to be in the database that keeps the receipts, and ${store.kind === 'redis' ? 'Redis' : 'memory'} shares no transaction with your tables.`,
            change:
              'Keep the receipts in the PostgreSQL or SQLite database that has those tables, or say elsewhere.',
          },
        ]
      : [],
  )
}

function twoPlacesDoNotCommitTogether({ effects }: Answers): readonly Misfit[] {
  const elsewhere = effects.find(({ place }) => place.is === 'elsewhere')
  if (elsewhere === undefined) return none
  return effects.flatMap((effect, at) =>
    effect.place.is === 'receipts-database' && isHarmful(effect)
      ? [
          {
            id: 'two-places-in-one-operation',
            about: [`effects.${at}.place`],
            says: `${effect.name} is in the database of the receipts and ${elsewhere.name} is not: no transaction holds both, and a claim for an effect elsewhere must not be rolled back with rows.`,
            change: `Make ${effect.name} harmless when repeated (a unique column that holds attempt.keyFor('${effect.name}')), or write what ${elsewhere.name} is to do into a table of that database and have a second operation do it from there.`,
          },
        ]
      : [],
  )
}

function whatAFailureLeaves(answers: Answers): readonly Misfit[] {
  const { failure, effects } = answers
  const transactional = isTransactional(answers)
  if (failure.leaves === 'nothing' && !transactional) {
    const elsewhere = effects.findIndex(({ place }) => place.is === 'elsewhere')
    if (elsewhere < 0) return none
    return [
      {
        id: 'a-failure-leaves-something',
        about: ['failure.leaves', `effects.${elsewhere}.place`],
        says: `an attempt is said to leave nothing behind, and ${effects[elsewhere]?.name} is in another system: a connection that breaks after the call was sent leaves an effect of which nobody knows.`,
        change: 'Say unknown, or part where some effects may be done and others not.',
      },
    ]
  }
  if (failure.leaves !== 'nothing' && transactional) {
    return [
      {
        id: 'a-transaction-leaves-nothing',
        about: ['failure.leaves'],
        says: `every effect is in the database of the receipts and commits with them: nothing can be left behind, and yet ${failure.leaves === 'part' ? 'a part' : 'something unknown'} is said to be.`,
        change: 'Say nothing, or name the effect that is elsewhere.',
      },
    ]
  }
  return none
}
