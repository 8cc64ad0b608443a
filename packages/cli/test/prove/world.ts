import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createReceipts } from 'counterfoil'
import { memoryStore } from 'counterfoil/memory'
import { idempotent } from 'counterfoil/node'
import { onTestFinished } from 'vitest'
import { run } from '../../src/run.ts'
import { testIo } from '../support/test-io.ts'

const main = join(import.meta.dirname, '../../src/main.ts')

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** `counterfoil prove http`, in this process; what it starts are processes. */
export async function prove(flags: readonly string[]): Promise<Ended> {
  const io = testIo()
  const code = await run(['prove', 'http', ...flags], io)
  return { code, out: io.out(), err: io.err() }
}

export interface RunningProof {
  readonly ended: Promise<Ended>
  /** Once this stands on stderr. */
  said(words: string): Promise<void>
  /** As Ctrl-C does it: also those that it started. */
  interrupt(): void
}

/** The same in a process of its own, and in a process group. */
export function startProof(flags: readonly string[]): RunningProof {
  const child = spawn(
    process.execPath,
    ['--conditions=@counterfoil/source', main, 'prove', 'http', ...flags],
    { stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  )
  const group = -(child.pid ?? 0)
  onTestFinished(() => void child.kill('SIGKILL'))
  let err = ''
  const out = text(child.stdout)
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    err += piece
  })
  const ended = new Promise<number | null>((done) => child.once('close', done))
  return {
    ended: ended.then(async (code) => ({ code, out: await out, err })),
    said: async (words) => {
      while (!err.includes(words)) {
        if (child.exitCode !== null) throw new Error(`it ended and never said ${words}: ${err}`)
        await new Promise((done) => child.stderr.once('data', done))
      }
    },
    interrupt: () => void process.kill(group, 'SIGINT'),
  }
}

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'counterfoil-prove-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export interface Endpoint {
  readonly url: string
  /** With `{key}` in it, for --count-url. */
  readonly countUrl: string
  readonly close: () => void
  /** Requests that came to it, those of the counter left out. */
  readonly requests: () => number
  /** Of each, what its fields were. */
  readonly seen: readonly IncomingMessage['headers'][]
}

/** Charges, and counts by key how often it did; `wrong` looks first and charges then, with time for others in between. */
export async function endpoint(kind: 'right' | 'wrong'): Promise<Endpoint> {
  const charges = new Map<string, number>()
  const charge = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const key = String(request.headers['idempotency-key'])
    await text(request)
    if (charges.has(key) && kind === 'wrong') return void response.writeHead(201).end('charged')
    await new Promise((done) => setTimeout(done, 5))
    charges.set(key, (charges.get(key) ?? 0) + 1)
    response.writeHead(201).end('charged')
  }
  return serve(kind === 'right' ? once(charge) : charge, (key) => charges.get(key) ?? 0)
}

function once(
  charge: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): RequestListener {
  const receipts = createReceipts({ store: memoryStore() })
  const operation = receipts.operation('POST /charges', { guarantee: 'at-most-once', lease: '2s' })
  return idempotent(
    operation,
    { tenant: ({ headers }) => String(headers['x-account']), requireKey: true },
    charge,
  )
}

async function serve(listener: RequestListener, count: (key: string) => number): Promise<Endpoint> {
  const seen: IncomingMessage['headers'][] = []
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost')
    if (pathname === '/count')
      return void response.end(JSON.stringify({ n: count(searchParams.get('key') ?? '') }))
    seen.push(request.headers)
    listener(request, response)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `${origin}/charges`,
    countUrl: `${origin}/count?key={key}`,
    requests: () => seen.length,
    seen,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
