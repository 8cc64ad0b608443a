import { onlyOfTheRequest, onlyOverHttp, onlyWithTenants } from './conditions.ts'
import { choice, text } from './kinds.ts'
import type { Group } from './question.ts'

export const key: Group = {
  name: 'key',
  about: 'What tells one intent from another.',
  shape: 'one',
  questions: [
    {
      name: 'supplied-by',
      asks: 'Who supplies the idempotency key?',
      why: 'Whoever supplies it must send the same one with each retry.',
      kind: choice({
        client: 'the caller',
        sender: 'the sender of a webhook',
        producer: 'who puts the message into the queue',
        scheduler: 'the scheduler, from the job and its time',
        service: 'this service, from what it is asked to do',
      }),
      example: 'client',
    },
    {
      name: 'made-of',
      asks: 'How is the key made?',
      why: 'Two intents must never have one key, and one intent never two.',
      kind: choice({
        random: 'random, made once for each intent and kept with it',
        'business-id': 'the id of a thing: an order, an invoice, a tenant',
        'event-id': 'the id of an event, given by who raised it',
        'delivery-id': 'the id of a delivery, given by the queue',
        content: 'a digest of the content',
      }),
      example: 'random',
    },
    {
      name: 'on-a-retry',
      asks: 'Which key does a retry carry?',
      why: 'A key that is made anew deduplicates nothing.',
      kind: choice({ same: 'the same one', new: 'a new one' }),
      example: 'same',
    },
    {
      name: 'second-change',
      asks: 'May the same id, or the same content, rightly come a second time and mean another change?',
      why: 'If so the second one would be answered with the first one’s outcome, or refused.',
      kind: choice({ never: 'never', rightly: 'it may' }),
      example: 'never',
      askedWhere: onlyOfTheRequest,
    },
    {
      name: 'found-in',
      asks: 'Where in the request is it?',
      why: 'What holds the key stays out of the fingerprint.',
      kind: text(
        'the name of a field, such as Idempotency-Key, or a JSON Pointer into the body, such as /id',
        /^([A-Za-z0-9][A-Za-z0-9-]*|(\/([^~/\s]|~[01])+)+)$/,
      ),
      example: 'Idempotency-Key',
      askedWhere: onlyOverHttp,
    },
  ],
}

export const tenant: Group = {
  name: 'tenant',
  about: 'Who owns a key: two tenants never see each other’s receipts.',
  shape: 'one',
  questions: [
    {
      name: 'field',
      asks: 'Which field of the request names the tenant? none: there is one tenant only',
      why: 'Keys of two tenants may be equal. With one tenant, a retry must carry the credentials of the first request.',
      kind: text('the name of a field, such as X-Account, or none', /^[A-Za-z0-9][A-Za-z0-9-]*$/),
      example: 'X-Account',
      askedWhere: onlyOverHttp,
    },
    {
      name: 'set-by',
      asks: 'Who sets that field?',
      why: 'A caller who names the tenant can read another’s outcome.',
      kind: choice({
        front: 'what authenticates in front, and strips the caller’s own',
        caller: 'the caller',
      }),
      example: 'front',
      askedWhere: onlyWithTenants,
    },
  ],
}
