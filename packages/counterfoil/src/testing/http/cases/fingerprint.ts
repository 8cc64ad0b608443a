import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { expectSame } from '../../violation.ts'
import { expectProblem, expectReplay, secretOutcome } from '../expect-response.ts'
import { type HttpCase, httpCase } from '../http-case.ts'
import type { Sent } from '../sent.ts'

type Pair = readonly [id: string, name: string, first: Sent, second: Sent]

const json = '{"amount":5,"to":"x"}'
const plain = { type: 'text/plain' }

const same: readonly Pair[] = [
  [
    'member-order',
    'JSON with its members in another order',
    { body: json },
    { body: '{"to":"x","amount":5}' },
  ],
  [
    'white-space',
    'JSON with other white space',
    { body: json },
    { body: ' {\n"amount": 5,\r\t"to": "x" } ' },
  ],
  [
    'number-spelling',
    'JSON with a number spelt otherwise',
    { body: '{"n":[5,100]}' },
    { body: '{"n":[5.0,1e2]}' },
  ],
  [
    'escapes',
    'JSON with a text spelt otherwise',
    { body: '{"a":"\u00e9/"}' },
    { body: '{"a":"\\u00e9\\/"}' },
  ],
  ['charset', 'JSON whose type says that it is UTF-8', {}, { type: 'Application/JSON; charset=UTF-8' }],
  [
    'other-fields',
    'another field that is no part of the request',
    {},
    {
      lines: [
        ['User-Agent', 'other'],
        ['X-Trace', '2'],
      ],
    },
  ],
  ['chunked', 'a body in chunks', {}, { framing: 'chunked' }],
  ['gzip', 'a body compressed by gzip', {}, { body: gzipSync(json), lines: [['Content-Encoding', 'gzip']] }],
  [
    'br',
    'a body compressed by Brotli',
    {},
    { body: brotliCompressSync(json), lines: [['Content-Encoding', 'br']] },
  ],
  [
    'deflate',
    'a body compressed by deflate',
    {},
    { body: deflateSync(json), lines: [['Content-Encoding', 'deflate']] },
  ],
  ['multipart', 'a multipart body with another boundary', multipart('one', '5'), multipart('two', '5')],
  ['text', 'text', { ...plain, body: 'pay 5' }, { ...plain, body: 'pay 5' }],
  ['no-body', 'no body', { body: null }, { body: null }],
  ['broken-json', 'what says it is JSON and is not', { body: '{"amount":' }, { body: '{"amount":' }],
]

const different: readonly Pair[] = [
  ['value', 'another value', {}, { body: '{"amount":6,"to":"x"}' }],
  ['array-order', 'an array in another order', { body: '[1,2]' }, { body: '[2,1]' }],
  ['number-and-text', 'a number and its text', { body: '{"n":5}' }, { body: '{"n":"5"}' }],
  ['null-and-absent', 'a member that is null and none', { body: '{"a":1}' }, { body: '{"a":1,"b":null}' }],
  [
    'big-numbers',
    'two numbers that are one as doubles',
    { body: '{"n":9007199254740993}' },
    { body: '{"n":9007199254740992}' },
  ],
  [
    'small-fractions',
    'two fractions that are one as doubles',
    { body: '{"n":0.1}' },
    { body: '{"n":0.1000000000000000055}' },
  ],
  ['duplicate-members', 'a member given twice', { body: '{"a":2}' }, { body: '{"a":1,"a":2}' }],
  ['proto-member', 'a member called __proto__', { body: '{"a":1}' }, { body: '{"a":1,"__proto__":{"b":2}}' }],
  [
    'lone-surrogates',
    'two halves of surrogate pairs',
    { body: '{"a":"\\ud83d"}' },
    { body: '{"a":"\\ud83e"}' },
  ],
  ['no-body-and-null', 'no body and null', { body: null }, { body: 'null' }],
  ['query', 'another query', { target: '/charges?a=1' }, { target: '/charges?a=2' }],
  ['path', 'another path', { target: '/charges' }, { target: '/refunds' }],
  ['method', 'another method', { method: 'POST' }, { method: 'PATCH' }],
  ['type', 'another media type', {}, plain],
  ['no-type', 'no media type', {}, { type: null }],
  ['text-value', 'other text', { ...plain, body: 'pay 5' }, { ...plain, body: 'pay 6' }],
  ['multipart-part', 'another part of a multipart body', multipart('one', '5'), multipart('one', '6')],
  [
    'compressed-value',
    'another value, compressed',
    {},
    { body: gzipSync('{"amount":6}'), lines: [['Content-Encoding', 'gzip']] },
  ],
  [
    'broken-json-value',
    'another one that says it is JSON and is not',
    { body: '{"amount":5' },
    { body: '{"amount":6' },
  ],
]

export const fingerprints: readonly HttpCase[] = [
  ...same.map(([id, name, one, other]) =>
    httpCase('fingerprint', `same-${id}`, `is the same request: ${name}`, async (service) => {
      const scene = service.scene()
      const first = await scene.ask(one)
      expectSame('the first status', 200, first.status)
      expectReplay(scene, first, await scene.ask(other))
    }),
  ),
  ...different.map(([id, name, one, other]) =>
    httpCase(
      'fingerprint',
      `different-${id}`,
      `is another request, and refused under the key: ${name}`,
      async (service) => {
        const scene = service.scene(secretOutcome)
        const first = await scene.ask(one)
        expectSame('the first status', 200, first.status)
        expectProblem(scene, 'key-conflict', await scene.ask(other))
        expectReplay(scene, first, await scene.ask(one))
      },
    ),
  ),
  httpCase(
    'fingerprint',
    'conflict-after-failure',
    'another request is refused under the key of a failure too',
    async (service) => {
      const scene = service.scene({ status: 422 })
      await scene.ask()
      expectProblem(scene, 'key-conflict', await scene.ask({ body: '{"amount":6}' }))
      expectSame('runs', 1, scene.runs)
    },
  ),
  ...(['gzip', 'chunked'] as const).map((id) =>
    httpCase(
      'fingerprint',
      `body-as-sent-${id}`,
      `the handler gets the body as it was sent: ${id}`,
      async (service) => {
        const scene = service.scene({ body: { of: 'request' } })
        const body = id === 'gzip' ? gzipSync(json) : json
        const sent: Sent =
          id === 'gzip' ? { body, lines: [['Content-Encoding', 'gzip']] } : { body, framing: 'chunked' }
        expectSame('its body', Buffer.from(body as string), (await scene.ask(sent)).body)
      },
    ),
  ),
]

function multipart(boundary: string, amount: string): Sent {
  const part = (name: string, value: string): string =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    body: `${part('amount', amount)}${part('to', 'x')}--${boundary}--\r\n`,
  }
}
