import { expectSame, expectThat } from '../../violation.ts'
import { fieldOf } from '../../wire.ts'
import { expectLines, expectReplay, expectReplayed } from '../expect-response.ts'
import { type HttpCase, httpCase } from '../http-case.ts'
import { pieces } from '../script.ts'
import { replayedResponses, text } from './replayed-responses.ts'

export const replays: readonly HttpCase[] = [
  ...replayedResponses.map(([id, name, script]) =>
    httpCase('replay', `replay-${id}`, `comes back byte for byte: ${name}`, async (service) => {
      await expectReplayed(service.scene(script))
    }),
  ),
  httpCase('replay', 'replay-repeated-fields', 'field lines of one name stay lines of their own', (service) =>
    exactly(
      service.scene({
        headers: [
          ['link', '</a>'],
          ['link', '</b>'],
          ['x-other', '1'],
        ],
      }),
    ),
  ),
  httpCase(
    'replay',
    'replay-field-order',
    'field lines stay in their order, also between those of one name',
    (service) =>
      exactly(
        service.scene({
          by: 'pieces',
          headers: [
            ['link', '</a>'],
            ['x-other', '1'],
            ['link', '</b>'],
          ],
        }),
      ),
  ),
  httpCase('replay', 'replay-odd-spelling', 'field names keep their spelling', (service) =>
    exactly(
      service.scene({
        headers: [
          ['x-ODD-Spelling', '1'],
          ['ETAG', '"x"'],
        ],
      }),
    ),
  ),
  httpCase('replay', 'replay-hints', 'hints that go before an answer are no part of it', async (service) => {
    const scene = service.scene({ hints: ['</a>; rel=preload'] })
    const [first, retry] = await expectReplayed(scene)
    expectSame(
      '1xx before the first answer',
      [103],
      first.before.map(({ status }) => status),
    )
    expectSame('its links', '</a>; rel=preload', first.before[0] && fieldOf(first.before[0], 'link'))
    expectSame('1xx before the retry', [], retry.before)
  }),
  httpCase('replay', 'replay-patch', 'a PATCH is replayed like a POST', async (service) => {
    const scene = service.scene()
    expectReplay(scene, await scene.ask({ method: 'PATCH' }), await scene.ask({ method: 'PATCH' }))
  }),
  httpCase('replay', 'replay-many-times', 'every retry gets the same', async (service) => {
    const scene = service.scene()
    const [first] = await expectReplayed(scene)
    for (let time = 0; time < 5; time += 1) expectSame('its bytes', first.sha256, (await scene.ask()).sha256)
    expectSame('runs', 1, scene.runs)
  }),
  httpCase(
    'replay',
    'replay-accept-encoding',
    'what the first caller could read does not decide what a retry gets',
    async (service) => {
      const scene = service.scene({ headers: [['Content-Type', 'text/plain']], body: pieces(text) })
      const first = await scene.ask({ lines: [['Accept-Encoding', 'gzip, br']] })
      const retry = await scene.ask({ lines: [['Accept-Encoding', 'identity']] })
      expectThat(fieldOf(retry, 'content-encoding') === undefined, 'the retry is not compressed', retry.lines)
      expectSame('the bytes', first.sha256, retry.sha256)
    },
  ),
  httpCase(
    'replay',
    'replay-to-http-1.0',
    'a retry of HTTP/1.0 gets what came in chunks, without chunks',
    async (service) => {
      const scene = service.scene({ by: 'pieces', body: { of: 'random', sizes: [10, 20] } })
      const first = await scene.ask()
      const wire = await scene.connect()
      wire.write(scene.bytes().toString('latin1').replace(' HTTP/1.1\r\n', ' HTTP/1.0\r\n'))
      const retry = await wire.response()
      expectSame('Transfer-Encoding', undefined, fieldOf(retry, 'transfer-encoding'))
      expectReplay(scene, first, retry)
    },
  ),
]

/** As `expectReplayed`, and names in their very spelling. */
async function exactly(scene: Parameters<typeof expectReplayed>[0]): Promise<void> {
  const [first] = await expectReplayed(scene)
  expectLines(first.lines, scene.script.headers)
}
