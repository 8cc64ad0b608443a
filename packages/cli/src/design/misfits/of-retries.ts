import { durationText } from 'counterfoil'
import type { Answers } from '../answers/answers.ts'
import { type Misfit, none, type Rule } from './misfit.ts'

/** For how long a key and its outcome are there, against how long somebody may ask for them. */
export const retryRules: readonly Rule[] = [
  keysOutliveRetries,
  outcomesOutliveRetries,
  keysOutliveOutcomes,
  aQueueRedelivers,
  deliveriesLastForTheLongest,
]

function keysOutliveRetries({ keep, retries }: Answers): readonly Misfit[] {
  return retries.flatMap(({ by, untilMs }, at) =>
    keep.keyMs < untilMs
      ? [
          {
            id: 'key-forgotten-before-the-last-retry',
            about: ['keep.key', `retries.${at}.until`],
            says: `a key is forgotten after ${durationText(keep.keyMs)}, and the ${by} may retry for ${durationText(untilMs)}: what comes in between runs again.`,
            change: `Remember keys for at least ${durationText(untilMs)}.`,
          },
        ]
      : [],
  )
}

/** A person can be asked to look; what retries by itself can do nothing with "it ran, and its outcome is gone". */
function outcomesOutliveRetries({ keep, retries }: Answers): readonly Misfit[] {
  return retries.flatMap(({ by, untilMs }, at) =>
    by !== 'person' && keep.outcomeMs < untilMs && keep.keyMs >= untilMs
      ? [
          {
            id: 'ttl-shorter-than-retries',
            about: ['keep.outcome', `retries.${at}.until`],
            says: `an outcome is kept for ${durationText(keep.outcomeMs)}, and the ${by} may ${by === 'queue' ? 'deliver again' : 'retry'} for ${durationText(untilMs)}: later it is told that the outcome is gone, and cannot tell a success from a failure.`,
            change: `Keep outcomes for at least ${durationText(untilMs)}.`,
          },
        ]
      : [],
  )
}

function keysOutliveOutcomes({ keep }: Answers): readonly Misfit[] {
  if (keep.keyMs >= keep.outcomeMs) return none
  return [
    {
      id: 'key-forgotten-before-its-outcome',
      about: ['keep.key', 'keep.outcome'],
      says: 'an outcome is kept for longer than its key, by which it would be found.',
      change: `Remember keys for at least ${durationText(keep.outcomeMs)}.`,
    },
  ]
}

function aQueueRedelivers({ operation, retries }: Answers): readonly Misfit[] {
  if (operation.reachedBy !== 'queue' || retries.some(({ by }) => by === 'queue')) return none
  return [
    {
      id: 'queue-that-does-not-redeliver',
      about: ['retries', 'operation.reached-by'],
      says: 'it is reached by a queue, and no queue is among those who retry: every queue delivers again what was not acknowledged, or loses it.',
      change: 'Add an item with by: queue.',
    },
  ]
}

function deliveriesLastForTheLongest({ operation, retries }: Answers): readonly Misfit[] {
  return retries.flatMap(({ queue }, at) => {
    if (queue === undefined || queue.redeliveredAfterMs * queue.deliveries >= operation.longestMs) return []
    return [
      {
        id: 'deliveries-used-up',
        about: [`retries.${at}.redelivered-after`, `retries.${at}.deliveries`, 'operation.longest-duration'],
        says: `${queue.deliveries} deliveries, ${durationText(queue.redeliveredAfterMs)} apart, are used up before an attempt of ${durationText(operation.longestMs)} ends: its message is given up while it still runs.`,
        change: `Deliver again after ${durationText(operation.longestMs)}, or extend the message's time while it is handled.`,
      },
    ]
  })
}
