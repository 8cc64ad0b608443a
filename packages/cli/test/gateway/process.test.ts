import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { run } from '../../src/run.ts'
import { testIo } from '../support/test-io.ts'
import { ask, keyed } from './ask.ts'
import { gateway, newStore } from './gateway-process.ts'
import { listening, upstream } from './world.ts'

it('told to end, takes no new request, finishes what is under way, and exits with 0', async () => {
  const gate = Promise.withResolvers<void>()
  const behind = await upstream(async (_, response) => {
    await gate.promise
    response.end('paid')
  })
  const store = newStore()
  const { port, child } = await gateway(behind.port, store)
  const first = ask(port, keyed('a', '{}'))
  while (behind.runs() === 0) await pause(2)
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await pause(50)
  await expect(ask(port, keyed('b', '{}'))).rejects.toThrow()
  gate.resolve()
  expect((await first).body.toString()).toBe('paid')
  expect(await exit).toEqual([0, null])
  const next = await gateway(behind.port, store)
  expect((await ask(next.port, keyed('a', '{}'))).body.toString()).toBe('paid')
  expect(behind.runs()).toBe(1)
})

it('told to end, settles also what runs for a caller who has left', async () => {
  const gate = Promise.withResolvers<void>()
  const behind = await upstream(async (_, response) => {
    await gate.promise
    response.end('paid')
  })
  const store = newStore()
  const { port, child } = await gateway(behind.port, store)
  const caller = new AbortController()
  const hungUp = ask(port, keyed('a', '{}', { signal: caller.signal })).catch(() => 'gone')
  while (behind.runs() === 0) await pause(2)
  caller.abort()
  await hungUp
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await pause(100)
  gate.resolve()
  expect(await exit).toEqual([0, null])
  const next = await gateway(behind.port, store)
  expect((await ask(next.port, keyed('a', '{}'))).body.toString()).toBe('paid')
  expect(behind.runs()).toBe(1)
})

it('told to end, waits for no WebSocket, and not for ever for a stream', async () => {
  const behind = await upstream((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.write('data: 1\n\n')
  })
  behind.server.on('upgrade', (_request, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
  })
  const { port, child } = await gateway(behind.port, newStore())
  const socket = connect(port, '127.0.0.1')
  socket.write('GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
  await once(socket, 'data')
  const stream = connect(port, '127.0.0.1')
  stream.write('GET /events HTTP/1.1\r\nHost: x\r\n\r\n')
  await once(stream, 'data')
  const [exit, closed] = [once(child, 'exit'), once(socket, 'close')]
  socket.resume()
  stream.resume()
  child.kill('SIGTERM')
  await closed
  expect(await exit).toEqual([0, null])
})

it('says what it is when it starts, and of each request one line without its key', async () => {
  const behind = await upstream((_, response) => response.end('x'))
  const { port, startLine, child } = await gateway(behind.port, newStore(), ['--log', 'json'])
  expect(startLine).toMatch(
    /^counterfoil: http:\/\/127\.0\.0\.1:\d+ → http:\S+, at-most-once, one tenant, and a retry must carry the same credentials; store: SQLite \(sqlite:\S+\), audit in order$/,
  )
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  const [line] = await Promise.all([
    once(lines, 'line'),
    ask(port, keyed('secret-key', '{}', { path: '/x?token=1' })),
  ])
  expect(JSON.parse(String(line))).toMatchObject({
    method: 'POST',
    path: '/x',
    status: 200,
    keyed: true,
    replayed: false,
  })
  expect(String(line)).not.toMatch(/secret|token/)
  const [again] = await Promise.all([
    once(lines, 'line'),
    ask(port, keyed('secret-key', '{}', { path: '/x?token=1' })),
  ])
  expect(JSON.parse(String(again))).toMatchObject({ status: 200, keyed: true, replayed: true })
})

it('tells on a listener of its own whether it is well, and what it has done', async () => {
  const behind = await upstream((_, response) => response.end('x'))
  const admin = await freePort()
  const { port } = await gateway(behind.port, newStore(), ['--admin', `127.0.0.1:${admin}`])
  await ask(port, keyed('a', '{}'))
  await ask(port, keyed('a', '{}'))
  const page = async (path: string) => (await fetch(`http://127.0.0.1:${admin}${path}`)).text()
  expect([await page('/healthz'), await page('/readyz')]).toEqual(['ok\n', 'ok\n'])
  const metrics = await page('/metrics')
  expect(metrics).toContain('counterfoil_receipt_events_total{type="claimed"} 1')
  expect(metrics).toContain('counterfoil_receipt_events_total{type="replayed"} 1')
  expect(metrics).toContain('counterfoil_responses_total{status="200"} 2')
  expect(metrics).toContain('counterfoil_requests_under_way 0')
})

it.each([
  [['--upstream', 'ftp://x'], "--upstream can't be 'ftp://x'"],
  [['--upstream', 'nonsense'], "--upstream can't be 'nonsense'"],
  [['--upstream', 'http://x', '--listen', 'here'], "--listen can't be 'here'"],
  [['--upstream', 'http://x', '--lease', '30'], "--lease can't be '30'"],
  [['--upstream', 'http://x', '--max-request', '10 apples'], "--max-request can't be '10 apples'"],
  [['--upstream', 'http://x', '--methods', 'post'], "--methods can't be 'post'"],
  [['--upstream', 'http://x', '--tenant-header', 'X Y'], "--tenant-header can't be 'X Y'"],
  [['--upstream', 'http://x', '--guarantee', 'twice'], '--guarantee'],
  [['--upstream', 'http://x', '--fail-open', '--store', 'memory:'], "fail-open can't be used as it stands"],
  [['--upstream', 'http://x', '--store', 'nowhere:x'], 'nowhere'],
  [[], '--upstream'],
  [['--config', 'nowhere.yaml'], "--config can't be read"],
])('refuses %j in one sentence', async (args, says) => {
  const io = testIo()
  expect(await run(['gateway', ...args], io)).toBe(2)
  expect(io.err()).toContain(says)
  expect(io.err().trim().split('\n')).toHaveLength(1)
})

it('a file gives each route its own settings, and a flag overrides its top', async () => {
  const behind = await upstream((_, response) => response.writeHead(500).end())
  const file = configFile(
    [
      'upstream: http://127.0.0.1:1',
      'routes:',
      '  POST /again/:id: { guarantee: at-least-once }',
      '  POST /body: { key-pointer: /key }',
      '  POST /by/:id: {}',
    ].join('\n'),
  )
  const { port, startLine } = await gateway(behind.port, newStore(), ['--config', file])
  expect(startLine).toContain(`http://127.0.0.1:${behind.port}, at-most-once, 3 routes configured`)
  const twice = async (path: string, body = '{}', key = 'a') => {
    const before = behind.runs()
    for (let time = 0; time < 2; time += 1)
      await ask(port, keyed(`${key}${path === '/body' ? time : ''}`, body, { path }))
    return behind.runs() - before
  }
  expect(await twice('/once')).toBe(1)
  expect(await twice('/again/1')).toBe(2)
  expect(await twice('/body', '{"key":"a"}')).toBe(1)
  expect((await ask(port, keyed('a', '{"key":"a","more":1}', { path: '/body' }))).status).toBe(422)
  // One operation for the route: its key on another path is another request.
  await ask(port, keyed('a', '{}', { path: '/by/1' }))
  expect((await ask(port, keyed('a', '{}', { path: '/by/2' }))).status).toBe(422)
})

it('a wrong file, and what a route may not have, is told with its line', async () => {
  for (const [text, says] of [
    ['ttl: 7x', ":1: ttl can't be '7x'"],
    ['routes:\n  POST /x: { fail-open: true }', ":2: fail-open can't be used as it stands"],
    ['routes:\n  POST /x: { recover-abandoned: 1s }', ':2: recover-abandoned needs keep-request'],
  ] as const) {
    const io = testIo()
    const file = configFile(text)
    expect(await run(['gateway', '--upstream', 'http://x', '--store', 'memory:', '--config', file], io)).toBe(
      2,
    )
    expect(io.err()).toContain(`${file}${says}`)
    expect(io.err().trim().split('\n')).toHaveLength(1)
  }
})

function configFile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'counterfoil-config-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'counterfoil.yaml')
  writeFileSync(file, text)
  return file
}

async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listening(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}
