import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createSecureServer, Server as SecureServer } from 'node:tls'
import { expect, it, onTestFinished, vi } from 'vitest'
import { monotonicMs } from '../../../../src/testing/prove/http/shooting/monotonic.ts'
import { Shooters } from '../../../../src/testing/prove/http/shooting/shooters.ts'
import type { Destination, Hit, Shot } from '../../../../src/testing/prove/http/shooting/shot.ts'
import { ownCertificate } from './certificate.ts'

const ANSWER = 'HTTP/1.1 201 Made so\r\nX-One: a\r\nx-one: b\r\nContent-Length: 2\r\n\r\nok'

const shot: Shot = {
  method: 'POST',
  head: 'POST /charges HTTP/1.1\r\nHost: x\r\nIdempotency-Key: \x01 odd\r\nContent-Length: 4\r\n\r\n',
  body: new TextEncoder().encode('body'),
  afterMs: 0,
  leavesAfterMs: null,
}

interface Listening {
  readonly port: number
  /** Everything that came, in the order in which it came. */
  readonly heard: string[]
  readonly sockets: ReadonlySet<Socket>
}

/** Tells each request to `answer`: what it writes is all that comes back. */
async function listening(
  answer: (socket: Socket, text: string) => unknown,
  { server = createServer(), host = '127.0.0.1' }: { readonly server?: Server; readonly host?: string } = {},
): Promise<Listening> {
  const sockets = new Set<Socket>()
  const heard: string[] = []
  server.on(server instanceof SecureServer ? 'secureConnection' : 'connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      heard.push(chunk.toString('latin1'))
      answer(socket, chunk.toString('latin1'))
    })
  })
  server.listen(0, host)
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, heard, sockets }
}

/** Fires one volley after the other. */
async function fireAt(
  { port }: Pick<Listening, 'port'>,
  volleys: readonly (readonly Shot[])[],
  { processes = 1, ...terms }: Partial<Destination> & { readonly processes?: number } = {},
): Promise<readonly Hit[]> {
  const shooters = new Shooters(processes, {
    address: '127.0.0.1',
    port,
    secureAs: null,
    connections: 'reuse',
    answerWithinMs: 5000,
    ...terms,
  })
  const hits: Hit[] = []
  try {
    for (const shots of volleys) {
      const flying = await shooters.fire(shots)
      hits.push(...(await Promise.all(flying.map(({ hit }) => hit))))
    }
    return hits
  } finally {
    await shooters.close()
  }
}

it('a request goes out to the byte, in one piece, and its answer comes back as it stood on the wire', async () => {
  const target = await listening((socket) => socket.write(ANSWER))
  const [hit] = await fireAt(target, [[shot]])
  expect(target.heard).toEqual([`${shot.head}body`])
  expect(hit?.caller).toBe('process 1, connection 1')
  expect(hit?.answer).toMatchObject({
    kind: 'answer',
    status: 201,
    lines: [
      ['X-One', 'a'],
      ['x-one', 'b'],
      ['Content-Length', '2'],
    ],
    bytes: 2,
    sha256: '2689367b205c16ce32ed4200942b8b8b1e262dfc70d9bc9fbc77c49699a4f1df',
  })
})

it('the requests of a volley leave all processes after the barrier, when every connection stands', async () => {
  const opened: number[] = []
  const target = await listening((socket) => {
    opened.push(target.sockets.size)
    socket.write(ANSWER)
  })
  const before = monotonicMs()
  const hits = await fireAt(target, [Array.from({ length: 20 }, () => shot)], { processes: 2 })
  expect(Math.min(...opened)).toBe(20)
  expect(new Set(hits.map(({ caller }) => caller)).size).toBe(20)
  for (const { startedAt, endedAt } of hits) {
    expect(startedAt).toBeGreaterThan(before)
    expect(endedAt).toBeGreaterThan(startedAt)
    expect(endedAt).toBeLessThan(monotonicMs())
  }
})

it('a request that is to leave later leaves no sooner', async () => {
  const target = await listening((socket) => socket.write(ANSWER))
  const [first, later] = await fireAt(target, [[shot, { ...shot, afterMs: 400 }]])
  // The first may itself leave late, where the machine is busy.
  expect((later?.startedAt ?? 0) - (first?.startedAt ?? 0)).toBeGreaterThan(200)
})

it('a connection is kept for the next request, unless each is to have its own', async () => {
  const target = await listening((socket) => socket.write(ANSWER))
  const kept = await fireAt(target, [[shot], [shot]])
  expect(kept.map(({ caller }) => caller)).toEqual(Array(2).fill('process 1, connection 1'))
  const fresh = await fireAt(target, [[shot], [shot]], { connections: 'fresh' })
  expect(fresh.map(({ caller }) => caller)).toEqual(['process 1, connection 1', 'process 1, connection 2'])
})

it('a connection that the server closes is not used again', async () => {
  const target = await listening((socket) =>
    socket.end(ANSWER.replace('Content', 'Connection: close\r\nContent')),
  )
  const hits = await fireAt(target, [[shot], [shot]])
  expect(hits.map(({ answer }) => answer.kind)).toEqual(['answer', 'answer'])
})

/** What a server may do instead of answering, by the path that asks for it. */
const faults: Readonly<Record<string, (socket: Socket) => unknown>> = {
  silence: () => {},
  'hang-up': (socket) => socket.destroy(),
  half: (socket) => socket.end(ANSWER.slice(0, -1)),
  'no-http': (socket) => socket.end('hello\r\n\r\n'),
  'no-length': (socket) => socket.end(ANSWER.replace(': 2', ': two')),
}

it('what is no whole answer is none, and told as unknown', async () => {
  const target = await listening((socket, text) => faults[text.split(' ')[1] ?? '']?.(socket))
  const shots = Object.keys(faults).map((path) => ({ ...shot, head: shot.head.replace('/charges', path) }))
  const left = { ...shot, leavesAfterMs: 0 }
  const hits = await fireAt(target, [[...shots, left]], { answerWithinMs: 300 })
  expect(hits.map(({ answer }) => answer)).toMatchObject([
    { why: 'timed_out', says: 'no answer within 300 ms' },
    ...Array(4).fill({ kind: 'no_answer', why: 'broken_off' }),
    { why: 'left' },
  ])
  await vi.waitFor(() => expect(target.heard).toHaveLength(6))
})

it('a request without a connection was not sent', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  const [hit] = await fireAt({ port }, [[shot]])
  expect(hit?.answer).toMatchObject({ why: 'not_sent', says: 'no connection: ECONNREFUSED' })
})

it('over TLS a server is believed by its certificate alone', async () => {
  const certificate = await ownCertificate()
  const folder = mkdtempSync(join(tmpdir(), 'counterfoil-certificate-'))
  const file = join(folder, 'certificate.pem')
  writeFileSync(file, certificate.cert)
  // For the processes that the requests come from: whom Node trusts is settled when it starts.
  vi.stubEnv('NODE_EXTRA_CA_CERTS', file)
  onTestFinished(() => {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true })
  })
  const target = await listening((socket) => socket.write(ANSWER), {
    server: createSecureServer(certificate),
  })
  for (const secureAs of ['localhost', '127.0.0.1']) {
    expect((await fireAt(target, [[shot]], { secureAs }))[0]?.answer).toMatchObject({ status: 201 })
  }
  const [hit] = await fireAt(target, [[shot]], { secureAs: '127.0.0.2' })
  expect(hit?.answer).toMatchObject({ why: 'not_sent', says: expect.stringMatching(/ALTNAME/) })
})
