import { expectSame, expectThat } from '../../violation.ts'
import { marksOf } from '../expect-response.ts'
import { type HttpCase, httpCase } from '../http-case.ts'
import { pieces } from '../script.ts'
import { requestHead } from '../sent.ts'

export const passingThrough: readonly HttpCase[] = [
  ...['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'].map((method) =>
    httpCase(
      'passing through',
      `untouched-${method.toLowerCase()}`,
      `${method} is handled each time, key or not`,
      async (service) => {
        const scene = service.scene({ headers: [['X-Own', '1']] })
        for (let run = 1; run <= 2; run += 1) {
          const answer = await scene.ask({ method, body: null })
          expectSame('status and marks', [200, []], [answer.status, marksOf(answer)])
          if (method === 'HEAD') expectSame('its body', 0, answer.body.length)
          expectSame('runs', run, scene.runs)
        }
      },
      method === 'OPTIONS' ? { terms: { requireKey: true } } : {},
    ),
  ),
  httpCase(
    'passing through',
    'unkeyed-stream',
    'an answer without a key goes out as it comes',
    async (service) => {
      const scene = service.scene({
        by: 'stream',
        waits: 'after_first_piece',
        body: pieces('first', 'second'),
      })
      const wire = await scene.begin({ key: null })
      expectSame('the status', 200, (await wire.head()).status)
      let seen = ''
      while (!seen.includes('first')) seen += (await wire.some()).toString('latin1')
      scene.open()
      while (!seen.includes('second')) seen += (await wire.some()).toString('latin1')
    },
  ),
  httpCase('passing through', 'unkeyed-hints', 'hints without a key go out', async (service) => {
    const answer = await service.scene({ hints: ['</a>; rel=preload'] }).ask({ key: null })
    expectSame(
      '1xx',
      [103],
      answer.before.map(({ status }) => status),
    )
  }),
  httpCase(
    'passing through',
    'unkeyed-fields',
    'an answer without a key has all that the handler set',
    async (service) => {
      const scene = service.scene({
        headers: [
          ['Set-Cookie', 'a=1'],
          ['Server-Timing', 'db'],
          ['X-Own', '1'],
        ],
      })
      const names = (await scene.ask({ key: null })).lines.map(([name]) => name.toLowerCase())
      for (const name of ['set-cookie', 'server-timing', 'x-own'])
        expectThat(names.includes(name), name, names)
    },
  ),
  ...[
    ['keyed', undefined],
    ['unkeyed', null],
  ].map(([which, key]) =>
    httpCase(
      'passing through',
      `expect-continue-${which}`,
      `a request that asks first whether to send its body is told to: ${which}`,
      async (service) => {
        const scene = service.scene({ body: { of: 'request' } })
        const wire = await scene.connect()
        const sent = {
          lines: [['Expect', '100-continue']] as const,
          type: 'text/plain',
          ...(key === null ? { key } : {}),
        }
        wire.write(requestHead(scene.script, scene.key, sent, 4))
        expectSame('the first head', 100, (await wire.head()).status)
        wire.write('body')
        const answer = await wire.response()
        expectSame('the answer', [200, 'body'], [answer.status, answer.body.toString()])
        expectSame('runs', 1, scene.runs)
      },
    ),
  ),
  httpCase(
    'passing through',
    'two-lengths',
    'a request that says two lengths is refused, and no second one comes out of it',
    async (service) => {
      const scene = service.scene()
      const smuggled = scene.bytes({ body: 'x' }).toString('latin1')
      const answer = await scene.ask({
        lines: [['Transfer-Encoding', 'chunked']],
        body: `0\r\n\r\n${smuggled}`,
      })
      expectSame('status and runs', [400, 0], [answer.status, scene.runs])
    },
  ),
]
