import { onlyOverHttp } from './conditions.ts'
import { bytes, choice, duration, rate, text } from './kinds.ts'
import type { Group } from './question.ts'

export const failure: Group = {
  name: 'failure',
  about: 'What is left when an attempt breaks off.',
  shape: 'one',
  questions: [
    {
      name: 'leaves',
      asks: 'What may an attempt that breaks off midway leave behind?',
      why: 'What may be there must be found, finished or left alone: never assumed away.',
      kind: choice({
        nothing: 'nothing: all of it commits, or none',
        part: 'some of its effects, and not the others',
        unknown: 'an effect of which nobody here knows whether it happened',
      }),
      example: 'unknown',
    },
    {
      name: 'if-nobody-retries',
      asks: 'What happens if nobody retries?',
      why: 'A held receipt that nobody looks at is a payment that nobody looks at.',
      kind: choice({
        'tell-an-operator': 'it stays as it is, and an operator is told',
        'finish-it': 'it is finished without anybody',
      }),
      example: 'finish-it',
    },
  ],
}

export const load: Group = {
  name: 'load',
  about: 'The load.',
  shape: 'one',
  questions: [
    {
      name: 'per-second',
      asks: 'How many first-time requests are there a second, on average?',
      why: 'Times the key retention it is the number of receipts.',
      kind: rate,
      example: '20',
    },
    {
      name: 'peak-per-second',
      asks: 'How many at the peak?',
      why: 'Times the usual duration it is how many run at once.',
      kind: rate,
      example: '200',
    },
    {
      name: 'request',
      asks: 'How large is a request?',
      why: 'It is kept only where it may have to be sent again.',
      kind: bytes,
      example: '700b',
    },
    {
      name: 'outcome',
      asks: 'How large is an outcome?',
      why: 'Its bytes are kept for as long as it can be replayed.',
      kind: bytes,
      example: '1kb',
    },
  ],
}

export const keep: Group = {
  name: 'keep',
  about: 'How long outcomes and keys are kept.',
  shape: 'one',
  questions: [
    {
      name: 'outcome',
      asks: 'How long is an outcome replayed?',
      why: 'Later the key is still known, and a retry is told that its outcome is gone.',
      kind: duration,
      example: '24h',
    },
    {
      name: 'key',
      asks: 'How long is a key remembered?',
      why: 'The promise ends with it.',
      kind: duration,
      example: '7d',
    },
  ],
}

export const proof: Group = {
  name: 'proof',
  about: 'Where it can be tested: the commands of the test plan go there.',
  shape: 'one',
  questions: [
    {
      name: 'url',
      asks: 'Where is it served in staging, behind the idempotency layer?',
      why: 'The plan fires at it.',
      kind: text('a URL such as http://127.0.0.1:8787/charges', /^https?:\/\/\S+$/),
      example: 'http://127.0.0.1:8787/charges',
      askedWhere: onlyOverHttp,
    },
    {
      name: 'body',
      asks: 'Which request body does it take there?',
      why: 'It is sent many times, under keys that the proof makes.',
      kind: text('a JSON object on one line', isJsonObject),
      example: `{"amount":1250,"currency":"EUR"}`,
      askedWhere: onlyOverHttp,
    },
    {
      name: 'count',
      asks: 'How are its effects counted? {key} stands for the key',
      why: 'Equal answers alone do not show that an effect happened once.',
      kind: text('a URL that answers a number, or a command that prints one', /^\S.*$/),
      example: 'http://127.0.0.1:3000/effects?key={key}',
      askedWhere: onlyOverHttp,
    },
    {
      name: 'kill',
      asks: 'Which command kills it in the middle of a request?',
      why: 'A crash is a promise’s hardest minute.',
      kind: text('a command', /^\S.*$/),
      example: 'systemctl kill -s KILL counterfoil-gateway',
      askedWhere: onlyOverHttp,
    },
    {
      name: 'restart',
      asks: 'Which command starts it again?',
      why: 'What was acknowledged must still be there.',
      kind: text('a command', /^\S.*$/),
      example: 'systemctl start counterfoil-gateway',
      askedWhere: onlyOverHttp,
    },
    {
      name: 'store-failover',
      asks: 'Which command makes the standby of the staging store take over, or restarts that store if it has no standby? none: there is no such command',
      why: 'What a failover forgets is found by making one.',
      kind: text('a command, or none', /^\S.*$/),
      example: 'none',
    },
  ],
}

function isJsonObject(given: string): boolean {
  try {
    const value: unknown = JSON.parse(given)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
