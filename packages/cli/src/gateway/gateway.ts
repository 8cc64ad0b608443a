import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createReceipts, type OperationOptions, type ReceiptEvent, type ReceiptStore } from 'counterfoil'
import { type HttpOptions, idempotent, type Listener } from 'counterfoil/node'
import { authorizer } from './authorize.ts'
import type { RoutePattern } from './config/route-pattern.ts'
import { saidAt } from './config/said-at.ts'
import { isPlainlyFramed } from './fields.ts'
import { forward } from './forward.ts'
import { sendProblem } from './problem.ts'
import { keptFields, resender } from './resend.ts'
import { isWebSocket, upgrade } from './upgrade.ts'
import { openUpstream, targetOf } from './upstream.ts'

export interface GatewaySettings {
  readonly upstream: URL
  readonly upstreamTimeoutMs: number
  readonly operation: OperationOptions & { readonly maxOutcomeBytes: number }
  /** Keep each request with its receipt, to be sent again if it is abandoned. */
  readonly keepRequest: boolean
  /** The field that names the tenant; without one there is one tenant. */
  readonly tenantHeader: string | undefined
  readonly authorize: URL | undefined
  readonly http: Pick<
    HttpOptions<IncomingMessage>,
    'requireKey' | 'key' | 'methods' | 'maxRequestBytes' | 'failOpen'
  >
  /** In order: the first that matches counts; what matches none has the settings above. */
  readonly routes?: readonly RouteSettings[]
  readonly onEvent: (event: ReceiptEvent) => void
  readonly onError: (error: unknown) => void
}

export interface RouteSettings extends Pick<GatewaySettings, 'operation' | 'http' | 'keepRequest'> {
  readonly pattern: RoutePattern
  /** Where it is configured, for errors. */
  readonly at: string
}

/** Where a connection keeps what is known of it here. */
const CONNECTED = Symbol('counterfoil.connected')

/** Emptied with the connection: of what a `Set` has let go, V8 keeps some until its next full collection. */
interface Connected {
  /** The response to its latest request, which may have gone out: of pipelined ones, only the last may end it. */
  answers: ServerResponse | undefined
}

type AnsweringSocket = Socket & { [CONNECTED]?: Connected }

/** What is under way when it is told to end has this long to be answered. */
const GRACE_MS = 10_000

export interface Gateway {
  readonly server: Server
  /** Takes no new requests, lets those under way finish and settle, and closes the store. */
  close(): Promise<void>
}

/** A reverse proxy whose keyed requests run once: the exchange of the library, with the upstream as the handler. */
export function createGateway(store: ReceiptStore, settings: GatewaySettings): Gateway {
  const { upstream: url, upstreamTimeoutMs: timeoutMs } = settings
  const tenantHeader = settings.tenantHeader?.toLowerCase()
  const upstream = openUpstream(url, { timeoutMs, tenantHeader, report: settings.onError })
  const receipts = createReceipts({ store, onEvent: settings.onEvent })
  const listenerOf = (
    name: string,
    { operation, http, keepRequest }: RouteSettings | GatewaySettings,
    own: Pick<HttpOptions<IncomingMessage>, 'name' | 'methods'>,
  ): Listener =>
    idempotent(
      receipts.operation(name, {
        ...operation,
        ...(keepRequest ? { keepRequest: { rerun: resender(upstream, operation.maxOutcomeBytes) } } : {}),
      }),
      {
        ...http,
        ...own,
        tenant: tenantHeader === undefined ? { only: 'all' } : ({ headers }) => String(headers[tenantHeader]),
        ...(settings.authorize ? { authorizeReplay: authorizer(settings.authorize, upstream) } : {}),
        keptFields: keptFields(upstream),
        onError: settings.onError,
      },
      (request, response) => forward(upstream, request, response, request.idempotency),
    )
  // Its kept requests are known by this name: two gateways on one store may have an upstream each.
  const owner = `gateway to ${url.href}`
  // An upstream's operation is its method and path as received.
  const unconfigured = listenerOf(owner, settings, {
    name: ({ method, url = '/' }) => `${method} ${url.split('?', 1)[0]}`,
  })
  const routes = (settings.routes ?? []).map((route) => {
    const { pattern, at, http } = route
    const methods = pattern.methods ?? http.methods ?? []
    const own = { name: () => pattern.text, methods }
    const listener = saidAt(at, () => listenerOf(`${owner}, ${pattern.text}`, route, own))
    return { pattern, listener, http: { ...http, methods } }
  })
  const server = createServer({ shouldUpgradeCallback: isWebSocket }, (request, response) => {
    const target = targetOf(request.url ?? '/', upstream)
    if (target === undefined) return sendProblem(response, 'target-invalid')
    if (!isPlainlyFramed(request.rawHeaders)) return sendProblem(response, 'coding-unsupported')
    request.url = target
    const path = target.split('?', 1)[0] as string
    const route = routes.find(({ pattern }) => pattern.matches(request.method ?? '', path))
    const { listener, http } = route ?? { listener: unconfigured, http: settings.http }
    if (lacksTenant(request, tenantHeader, http)) return sendProblem(response, 'tenant-missing')
    return void listener(request, response)
  })
  let closing = false
  const connected = new Set<Connected>()
  server.on('connection', (socket: AnsweringSocket) => {
    const connection: Connected = { answers: undefined }
    socket[CONNECTED] = connection
    connected.add(connection)
    socket.once('close', () => {
      connected.delete(connection)
      connection.answers = undefined
    })
  })
  server.prependListener('request', ({ socket }, response) => {
    if (closing) response.shouldKeepAlive = false
    const connection = (socket as AnsweringSocket)[CONNECTED]
    if (connection) connection.answers = response
  })
  // An upload takes as long as it takes; that a head comes in time is still seen to.
  server.requestTimeout = 0
  const upgraded = new Set<Duplex>()
  server.on('upgrade', (request, socket, head) => {
    upgraded.add(socket)
    socket.once('close', () => upgraded.delete(socket))
    upgrade(upstream, request, socket, head)
  })
  return {
    server,
    async close() {
      closing = true
      // Or a busy connection would bring request after request.
      for (const { answers } of connected) if (answers) answers.shouldKeepAlive = false
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      for (const socket of upgraded) socket.destroy()
      // Streams and stalled uploads may never end by themselves; what runs under a key runs on without its caller.
      const grace = setTimeout(() => server.closeAllConnections(), GRACE_MS)
      await closed
      clearTimeout(grace)
      await receipts.close()
      await upstream.pool.destroy()
    },
  }
}

/**
 * A keyed request must name one tenant: none of two is believed. Where the key is in the body, whichever request may have
 * one must.
 */
function lacksTenant(
  request: IncomingMessage,
  header: string | undefined,
  { key, methods }: GatewaySettings['http'],
): boolean {
  if (header === undefined) return false
  const { method = '', headers } = request
  const keyed = key ? methods?.includes(method) : headers['idempotency-key'] !== undefined
  const named = request.headersDistinct[header] ?? []
  return keyed === true && (named.length !== 1 || named[0] === '')
}
