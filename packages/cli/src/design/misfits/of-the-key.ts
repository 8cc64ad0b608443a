import type { Answers } from '../answers/answers.ts'
import { type Misfit, none, type Rule } from './misfit.ts'

/** Two intents must never have one key, and one intent never two. */
export const keyRules: readonly Rule[] = [
  retriesHaveTheSameKey,
  aSecondChangeNeedsAnotherKey,
  aDeliveryIdIsTheQueuesAlone,
  whoMakesARandomKeyKeepsIt,
  tenantsAreNotNamedByCallers,
  keysInTheBodyAreSentWithIt,
]

function retriesHaveTheSameKey({ key }: Answers): readonly Misfit[] {
  if (key.onARetry === 'same') return none
  return [
    {
      id: 'key-made-anew',
      about: ['key.on-a-retry'],
      says: 'each retry has a key of its own: it is another request, and runs.',
      change: 'Make the key once for each intent, keep it with the intent, and send it with every retry.',
    },
  ]
}

function aSecondChangeNeedsAnotherKey({ key }: Answers): readonly Misfit[] {
  if (key.secondChange !== 'rightly') return none
  const what = key.madeOf === 'content' ? 'the same content' : 'the same id'
  return [
    {
      id: 'business-id-as-key',
      about: ['key.made-of', 'key.second-change'],
      says: `${what} may rightly come again and mean another change: that one would be answered with the first one’s outcome, or refused as a conflict.`,
      change:
        key.madeOf === 'content'
          ? 'Make the key random, once for each intent, or put what tells two intents apart (a period, a sequence number) into the content.'
          : 'Make the key of the id and the version of the thing that is changed, or of the id of the change, or make it random for each intent.',
    },
  ]
}

function aDeliveryIdIsTheQueuesAlone({ key, retries }: Answers): readonly Misfit[] {
  if (key.madeOf !== 'delivery-id') return none
  return retries.flatMap(({ by }, at) =>
    by === 'queue'
      ? []
      : [
          {
            id: 'delivery-id-as-key',
            about: ['key.made-of', `retries.${at}.by`],
            says: `the id of a delivery is the queue’s: what ${by === 'person' ? 'a person' : `a ${by}`} sends again is another delivery, has another id, and runs.`,
            change: 'Put a key of the producer’s into the message, made once for each intent.',
          },
        ],
  )
}

function whoMakesARandomKeyKeepsIt({ key, retries }: Answers): readonly Misfit[] {
  if (key.suppliedBy !== 'service' || key.madeOf !== 'random') return none
  const outside = retries.findIndex(({ by }) => by !== 'automation')
  if (outside < 0) return none
  return [
    {
      id: 'service-makes-a-random-key',
      about: ['key.supplied-by', `retries.${outside}.by`],
      says: `the service makes a random key, and a retry comes from outside of it: it brings no key, and gets a new one.`,
      change: 'Have the key come with the request, or make it of what the request is about.',
    },
  ]
}

function tenantsAreNotNamedByCallers({ tenant }: Answers): readonly Misfit[] {
  if (tenant.setBy !== 'caller') return none
  return [
    {
      id: 'caller-names-the-tenant',
      about: ['tenant.set-by'],
      says: `callers set ${tenant.field} themselves: whoever names another tenant and knows or guesses a key is given that tenant’s outcome.`,
      change: 'Set the field from the authenticated principal, in front, and strip what the caller has sent.',
    },
  ]
}

/** A proof sends each request under a key of its own: where that is in the body, the body must have a place for it. */
function keysInTheBodyAreSentWithIt({ key, proof }: Answers): readonly Misfit[] {
  if (key.foundIn === undefined || 'field' in key.foundIn || proof.body?.includes('{key}')) return none
  return [
    {
      id: 'key-in-the-body-that-is-not-sent',
      about: ['proof.body', 'key.found-in'],
      says: `the key is in the body, at ${key.foundIn.pointer}, and the body for the proof has no {key} in it: all its requests would have one key, or none.`,
      change: `Put {key} where the key is, such as {"id":"{key}"}.`,
    },
  ]
}
