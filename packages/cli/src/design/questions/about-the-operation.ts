import { onlyElsewhere, onlyOverHttp } from './conditions.ts'
import { choice, duration, name, text } from './kinds.ts'
import type { Group } from './question.ts'

export const operation: Group = {
  name: 'operation',
  about: 'What is to be safe to retry.',
  shape: 'one',
  questions: [
    {
      name: 'name',
      asks: 'What is the operation called?',
      why: "It is part of every receipt's identity: renamed, it forgets its receipts.",
      kind: name,
      example: 'charge-card',
    },
    {
      name: 'reached-by',
      asks: 'How is it reached?',
      why: 'It decides where the claim stands: in front of a handler, or around a function.',
      kind: choice({
        http: 'by an HTTP request: a retry gets the same bytes',
        queue: 'by a message, which is acknowledged',
        call: 'by a call in a service, a job or a script',
      }),
      example: 'http',
    },
    {
      name: 'route',
      asks: 'Which requests is it for?',
      why: 'A key is unique within the route.',
      kind: text('a method and a path, such as POST /charges', /^[A-Z]+ \/[^\s?#{}]*$/),
      example: 'POST /charges',
      askedWhere: onlyOverHttp,
    },
    {
      name: 'promise',
      asks: 'What must hold, whatever fails?',
      why: 'It is checked against what the effects and the store can give; nothing is promised that they cannot.',
      kind: choice({
        'exactly-once': 'each intent has one effect',
        'at-most-once': 'a double is worse than a stop',
        'at-least-once': 'a stop is worse than a double',
      }),
      example: 'exactly-once',
    },
    {
      name: 'usual-duration',
      asks: 'How long does it usually take?',
      why: 'It says how many run at once, and how long a duplicate usually waits.',
      kind: duration,
      example: '800ms',
    },
    {
      name: 'longest-duration',
      asks: 'How long may it take at most?',
      why: 'A claim is renewed no longer than twice this: then its attempt is told to stop.',
      kind: duration,
      example: '30s',
    },
  ],
}

export const effects: Group = {
  name: 'effects',
  about: 'Everything that it changes, in order. What a second one of each would do decides the guarantee.',
  shape: 'list',
  questions: [
    {
      name: 'name',
      asks: 'What is the effect called?',
      why: 'The key that is derived for it has this name in it.',
      kind: name,
      example: 'psp',
    },
    {
      name: 'kind',
      asks: 'What is it?',
      why: 'Money and mail are not taken back.',
      kind: choice({
        database: 'rows are written',
        payment: 'money moves',
        provisioning: 'something is created or set up',
        message: 'somebody is told: an e-mail, an event, a webhook',
      }),
      example: 'payment',
    },
    {
      name: 'place',
      asks: 'Where is it?',
      why: 'Only what is in the database of the receipts can commit with them.',
      kind: choice({
        'receipts-database': 'in the database that keeps the receipts',
        elsewhere: 'in another system',
      }),
      example: 'elsewhere',
    },
    {
      name: 'repeated',
      asks: 'What would a second one do?',
      why: 'Only what is harmless when repeated may be run again without asking.',
      kind: choice({ harmful: 'harm: it is a double', harmless: 'none: it sets what is set already' }),
      example: 'harmful',
    },
    {
      name: 'key-memory',
      asks: 'For how long does that system deduplicate by a key that you send it?',
      why: 'It bounds the promise: once it has forgotten the key, a second call is a second effect.',
      kind: { is: 'duration', or: 'none' },
      example: '24h',
      askedWhere: onlyElsewhere,
    },
    {
      name: 'can-be-asked',
      asks: 'Can it be asked afterwards, by that key, whether the effect happened?',
      why: 'Then a crash in mid-effect is resolved by a function, and not by an operator.',
      kind: choice({ yes: 'it can', no: 'it cannot' }),
      example: 'yes',
      askedWhere: onlyElsewhere,
    },
  ],
}
