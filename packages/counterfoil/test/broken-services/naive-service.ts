import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { HttpServiceUnderTest, Stage, Turn, WireLines } from '../../src/testing/index.ts'

/** What a service may get wrong; the names say how. */
export type Fault =
  | 'runs every retry again'
  | 'joins field lines'
  | 'lower-cases field names'
  | 'takes a body for text'
  | 'keeps cookies'
  | 'marks the first answer'
  | 'marks no replay'
  | 'has one tenant'
  | 'compares no requests'
  | 'compares doubles'
  | 'tells what is stored in a conflict'
  | 'gives a conflict no media type'
  | 'takes quotes for a part of the key'
  | 'claims after the handler'
  | 'ends with its caller'
  | 'keeps refusals that ran nothing'
  | 'runs waiters one after the other'
  | 'looks at OPTIONS'

interface Kept {
  readonly request: string
  readonly answer: Promise<Answer>
}

interface Answer {
  readonly status: number
  readonly lines: WireLines
  readonly body: Buffer
}

/** Just enough of an idempotent service for the cases that find its faults; with none it passes them. */
export function naiveService(fault?: Fault): HttpServiceUnderTest {
  return {
    has: [],
    differs: {},
    async start(_terms, stage) {
      const kept = new Map<string, Kept>()
      const server = createServer((request, response) => {
        serve(request, response, { stage, kept, fault }).catch(() => response.destroy())
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return {
        port: (server.address() as AddressInfo).port,
        async close() {
          server.closeAllConnections()
          server.close()
        },
      }
    },
  }
}

interface Naive {
  readonly stage: Stage
  readonly kept: Map<string, Kept>
  readonly fault: Fault | undefined
}

async function serve(request: IncomingMessage, response: ServerResponse, naive: Naive): Promise<void> {
  const { kept, fault, stage } = naive
  const body = await buffer(request)
  const run = async (): Promise<Answer> =>
    answerOf(await stage.enter(request.headers['x-script'] as string, body), fault)
  const watched = request.method === 'POST' || fault === 'looks at OPTIONS'
  if (!watched) return send(response, await run(), fault === 'marks the first answer')
  const key = keyOf(request, fault)
  const same = fault === 'compares no requests' ? '' : comparable(body, fault)
  const known = kept.get(key)
  if (known && known.request !== same) return send(response, conflict(await known.answer, fault), false)
  if (known && fault !== 'runs every retry again') {
    const { lines, ...rest } = await known.answer
    if (fault === 'runs waiters one after the other' && rest.status === 429) {
      return send(response, await run(), false)
    }
    const cookies = fault === 'keeps cookies'
    const left = lines.filter(([name]) => cookies || name.toLowerCase() !== 'set-cookie')
    return send(response, { ...rest, lines: left }, fault !== 'marks no replay')
  }
  const answer = run()
  if (fault === 'claims after the handler') await answer
  kept.set(key, { request: same, answer })
  if (fault === 'ends with its caller') response.once('close', () => kept.delete(key))
  const { status } = await answer
  if (status === 429 && fault !== 'keeps refusals that ran nothing') kept.delete(key)
  send(response, await answer, fault === 'marks the first answer')
}

function keyOf({ headers }: IncomingMessage, fault: Fault | undefined): string {
  const spelt = String(headers['idempotency-key'])
  const key = fault === 'takes quotes for a part of the key' ? spelt : spelt.replaceAll('"', '')
  return fault === 'has one tenant' ? key : `${headers['x-tenant']} ${key}`
}

function comparable(body: Buffer, fault: Fault | undefined): string {
  if (fault === 'compares doubles') return JSON.stringify(JSON.parse(body.toString()))
  return createHash('sha256').update(body).digest('hex')
}

function answerOf({ script, pieces }: Turn, fault: Fault | undefined): Answer {
  const body = Buffer.concat(pieces)
  return {
    status: script.status,
    lines: spelt(script.headers, fault),
    body: fault === 'takes a body for text' ? Buffer.from(body.toString()) : body,
  }
}

function spelt(lines: WireLines, fault: Fault | undefined): WireLines {
  if (fault === 'lower-cases field names') return lines.map(([name, value]) => [name.toLowerCase(), value])
  if (fault !== 'joins field lines') return lines
  return [...Map.groupBy(lines, ([name]) => name)].map(([name, own]) => [
    name,
    own.map(([, value]) => value).join(', '),
  ])
}

function conflict({ body }: Answer, fault: Fault | undefined): Answer {
  const kind = 'key-conflict'
  const detail = fault === 'tells what is stored in a conflict' ? body.toString('latin1') : 'Another request.'
  const error = { type: kind, message: detail }
  const type = `https://service.example/${kind}`
  const problem = { type, title: 'Conflict', status: 422, detail, retry: 'fix', error }
  const media = fault === 'gives a conflict no media type' ? 'application/json' : 'application/problem+json'
  return {
    status: 422,
    lines: [['Content-Type', media]],
    body: Buffer.from(JSON.stringify(problem), 'latin1'),
  }
}

function send(response: ServerResponse, { status, lines, body }: Answer, marked: boolean): void {
  const mark = marked ? ['Idempotent-Replayed', 'true'] : []
  response.writeHead(status, [...lines.flat(), ...mark, 'Content-Length', String(body.length)])
  response.end(body)
}
