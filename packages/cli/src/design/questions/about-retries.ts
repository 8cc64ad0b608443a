import { onlyFromAQueue } from './conditions.ts'
import { choice, count, duration } from './kinds.ts'
import type { Group } from './question.ts'

export const retries: Group = {
  name: 'retries',
  about: 'Everybody who may send it again. The slowest of them decides how long keys must be remembered.',
  shape: 'list',
  questions: [
    {
      name: 'by',
      asks: 'Who retries?',
      why: 'Each retries in its own way: after a time-out, after a redelivery, after a restart.',
      kind: choice({
        client: 'a client that got no answer',
        queue: 'a queue that got no acknowledgement',
        automation: 'a workflow, a scheduler, an agent',
        sender: 'the sender of a webhook',
        person: 'somebody who presses the button again',
      }),
      example: 'client',
    },
    {
      name: 'at-once',
      asks: 'How many with one key may be under way at the same time?',
      why: 'That many wait or are refused while the first runs.',
      kind: count,
      example: '3',
    },
    {
      name: 'until',
      asks: 'How long after the first request may its last retry come?',
      why: 'A retry that comes after the key is forgotten runs again.',
      kind: duration,
      example: '24h',
    },
    {
      name: 'redelivered-after',
      asks: 'After how long without an acknowledgement is a message delivered again?',
      why: 'The lease is no longer, so that the second delivery after a crash finds the claim free.',
      kind: duration,
      example: '30s',
      askedWhere: onlyFromAQueue,
    },
    {
      name: 'deliveries',
      asks: 'After how many deliveries is a message given up?',
      why: 'Deliveries that only find the first one running must not use them up.',
      kind: count,
      example: '10',
      askedWhere: onlyFromAQueue,
    },
  ],
}
