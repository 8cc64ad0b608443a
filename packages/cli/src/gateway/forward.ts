import {
  type Agent,
  type IncomingMessage,
  request as overHttp,
  type RequestOptions,
  type ServerResponse,
} from 'node:http'
import { request as overHttps } from 'node:https'
import type { Attempt } from 'counterfoil'
import { onward, paired, requestFields } from './fields.ts'
import { sendProblem } from './problem.ts'

export interface Upstream {
  readonly url: URL
  readonly agent: Agent
  readonly timeoutMs: number
}

/**
 * Sends a request on and its answer back, both as they come. Under an attempt it also says what became of it: nothing
 * ran where no connection could be made; where it broke off or timed out after that, nobody knows.
 */
export function forward(
  { url, agent, timeoutMs }: Upstream,
  incoming: IncomingMessage,
  response: ServerResponse,
  attempt?: Attempt,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const send = url.protocol === 'https:' ? overHttps : overHttp
  const onwards = send(requestOptions(url, agent, incoming, attempt !== undefined))
  let connected = false
  let timedOut = false
  let answered = false
  const timer = setTimeout(() => {
    timedOut = true
    onwards.destroy(new Error('the upstream did not answer in time'))
  }, timeoutMs)
  onwards.on('socket', (socket) => {
    if (!socket.connecting) connected = true
    else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => (connected = true))
  })
  onwards.on('information', ({ statusCode, headers }) => {
    if (statusCode === 103 && headers.link) passHints(response, headers.link)
  })
  // Nobody asked for another protocol.
  onwards.on('upgrade', (_answer, socket) => {
    socket.destroy()
    failed()
  })
  onwards.on('response', (answer) => {
    clearTimeout(timer)
    answered = true
    response.writeHead(
      answer.statusCode ?? 502,
      answer.statusMessage,
      onward(paired(answer.rawHeaders)).flat(),
    )
    if (attempt === undefined) response.flushHeaders()
    answer.on('data', (chunk: Buffer) => {
      if (!response.write(chunk)) {
        answer.pause()
        response.once('drain', () => answer.resume())
      }
    })
    answer.on('end', () => {
      if (answer.rawTrailers.length > 0)
        response.addTrailers(paired(answer.rawTrailers) as [string, string][])
      response.end()
      resolve()
    })
    let told = false
    const brokeOff = (): void => {
      if (answer.complete || told) return
      told = true
      attempt?.unknown()
      response.destroy(new Error('the upstream broke its response off'))
      resolve()
    }
    answer.on('error', brokeOff)
    answer.on('close', brokeOff)
  })
  const failed = (): void => {
    clearTimeout(timer)
    if (answered) return // what broke off is its response
    answered = true
    if (connected) attempt?.unknown()
    else attempt?.notExecuted()
    if (timedOut) sendProblem(response, 'upstream-timeout')
    else sendProblem(response, connected ? 'upstream-broke-off' : 'upstream-unreachable')
    resolve()
  }
  onwards.on('error', failed)
  // Its lease is about to end: what the upstream still does, nobody knows.
  attempt?.signal.addEventListener('abort', () => {
    attempt.unknown()
    onwards.destroy(new Error('the attempt ran for as long as it may'))
  })
  // A caller without a key who leaves takes its request along; under a key it runs on.
  if (attempt === undefined) {
    response.once('close', () => {
      if (!response.writableFinished) onwards.destroy()
      resolve()
    })
  }
  incoming.pipe(onwards)
  incoming.once('error', () => onwards.destroy())
  return promise
}

function passHints(response: ServerResponse, link: string | string[]): void {
  try {
    if (!response.headersSent) response.writeEarlyHints({ link })
  } catch {
    // Malformed hints are no part of the answer.
  }
}

/** Path and query below the upstream's own; of a whole URL, as a proxy may be sent, its path and query. */
export function pathBelow(url: URL, target: string): string {
  if (target === '*') return target
  const whole = target.startsWith('/') ? null : URL.parse(target)
  return `${url.pathname.replace(/\/$/, '')}${whole ? whole.pathname + whole.search : target}`
}

/** Without the brackets of an IPv6 address, which belong to URLs. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '')
}

function requestOptions(url: URL, agent: Agent, incoming: IncomingMessage, keyed: boolean): RequestOptions {
  const fields = requestFields(incoming, { upstreamHost: url.host, plain: keyed })
  // Its length is unknown where it came in chunks: then it goes on in chunks.
  const chunked = incoming.headers['transfer-encoding'] !== undefined
  const lines = chunked ? [...fields, ['Transfer-Encoding', 'chunked'] as const] : fields
  return {
    protocol: url.protocol,
    hostname: hostOf(url),
    port: url.port,
    method: incoming.method ?? 'GET',
    path: pathBelow(url, incoming.url ?? '/'),
    headers: lines.flat() as unknown as Record<string, string>,
    agent,
  }
}
