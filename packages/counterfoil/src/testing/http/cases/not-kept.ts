import { expectSame, expectThat } from '../../violation.ts'
import { fieldOf, type WireLines } from '../../wire.ts'
import { expectReplay, marksOf } from '../expect-response.ts'
import { type HttpCase, httpCase } from '../http-case.ts'

/** What belongs to one caller or one exchange: the first caller gets it, and no other. */
const ofOneExchange: readonly (readonly [id: string, lines: WireLines])[] = [
  [
    'set-cookie',
    [
      ['Set-Cookie', 'session=1'],
      ['Set-Cookie', 'cart=2'],
    ],
  ],
  ['www-authenticate', [['WWW-Authenticate', 'Bearer realm="charges"']]],
  [
    'cors',
    [
      ['Access-Control-Allow-Origin', 'https://one.example'],
      ['Access-Control-Allow-Credentials', 'true'],
    ],
  ],
  [
    'rate-limit',
    [
      ['RateLimit', '"default";r=50;t=30'],
      ['RateLimit-Policy', '"default";q=100;w=10'],
    ],
  ],
  ['server-timing', [['Server-Timing', 'db;dur=53']]],
]

export const notKept: readonly HttpCase[] = [
  ...ofOneExchange.map(([id, lines]) =>
    httpCase(
      'not kept',
      `not-kept-${id}`,
      `is the first caller's alone: ${[...new Set(lines.map(([name]) => name))].join(', ')}`,
      async (service) => {
        const scene = service.scene({ headers: [...lines, ['X-Kept', '1']] })
        const first = await scene.ask()
        for (const [name, value] of lines) {
          expectThat(
            first.lines.some(([of, its]) => of.toLowerCase() === name.toLowerCase() && its.includes(value)),
            `the first answer has ${name}`,
            first.lines,
          )
        }
        const retry = await scene.ask()
        expectReplay(scene, first, retry)
        for (const [name] of lines)
          expectSame(`${name} of the retry`, undefined, fieldOf(retry, name.toLowerCase()))
        expectSame('the field that is kept', '1', fieldOf(retry, 'x-kept'))
      },
    ),
  ),
  httpCase('not kept', 'not-kept-date', 'each answer has one date, its own', async (service) => {
    const scene = service.scene({ headers: [['Date', 'Tue, 01 Jan 2030 00:00:00 GMT']] })
    await scene.ask()
    const dates = (await scene.ask()).lines.filter(([name]) => name.toLowerCase() === 'date')
    expectSame('dates of the retry', 1, dates.length)
    expectThat(!dates[0]?.[1].includes('2030'), "it is not the first answer's", dates)
  }),
  httpCase(
    'not kept',
    'not-kept-connection',
    "what the handler's Connection field names goes no further",
    async (service) => {
      const scene = service.scene({
        headers: [
          ['Connection', 'x-hop'],
          ['X-Hop', '1'],
          ['X-Kept', '1'],
        ],
      })
      await scene.ask()
      const retry = await scene.ask()
      expectSame('the named field', undefined, fieldOf(retry, 'x-hop'))
      expectSame('the other field', '1', fieldOf(retry, 'x-kept'))
    },
  ),
  httpCase('not kept', 'mark-of-handler', 'a handler cannot mark its answer as replayed', async (service) => {
    const scene = service.scene({
      headers: [
        ['Idempotent-Replayed', 'true'],
        ['idempotent-replayed', 'yes'],
      ],
    })
    const first = await scene.ask()
    expectReplay(scene, first, await scene.ask())
  }),
  httpCase('not kept', 'mark-of-caller', 'a caller cannot mark its answer as replayed', async (service) => {
    const scene = service.scene()
    const lines: WireLines = [['Idempotent-Replayed', 'true']]
    const first = await scene.ask({ lines })
    expectReplay(scene, first, await scene.ask({ lines }))
  }),
  httpCase('not kept', 'mark-without-key', 'a request without a key gets no mark', async (service) => {
    const scene = service.scene()
    for (let time = 0; time < 2; time += 1) expectSame('marks', [], marksOf(await scene.ask({ key: null })))
  }),
]
