import { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** A connection that has closed, as it looks to a handler that is not to notice. */
const alive = {
  writable: true,
  readable: true,
  destroyed: false,
  closed: false,
  readyState: 'open',
} as const

const listening = new Set<unknown>(['on', 'once', 'addListener', 'prependListener', 'prependOnceListener'])
const ends = new Set<unknown>(['close', 'end', 'error', 'timeout'])
const closing = new Set<unknown>(['destroy', 'destroySoon', 'end', 'resetAndDestroy'])

/** A connection as handlers see it. */
export interface ShownSocket {
  readonly facade: Socket
  /** Whose response is held back on it. */
  holder: ClosedByHandler | undefined
}

/** Told when a handler closes the connection by way of its request or response. */
export interface ClosedByHandler {
  /** @param close does it */
  closed(error: Error | undefined, close: () => void): void
}

/** One for each connection, since it outlives many requests. */
const shown = new WeakMap<Socket, ShownSocket>()

/**
 * A connection for the handler to see: it stays, whatever becomes of the real one. Whoever closes it by way of the
 * request or the response (Express does, for an error after the head) is told of, and nobody else: Node's own time-outs
 * and shutdowns go by the real one, and are no word of the handler's.
 */
export function unendingSocket(socket: Socket): ShownSocket {
  const known = shown.get(socket)
  if (known && known.holder === undefined) return known
  const made: ShownSocket = { facade: facadeOf(socket, () => made.holder), holder: undefined }
  // Of requests that were sent without waiting for each other's answers, each has its own.
  if (!known) shown.set(socket, made)
  return made
}

function facadeOf(socket: Socket, holder: () => ClosedByHandler | undefined): Socket {
  const facade: Socket = new Proxy(socket, {
    get(real, name) {
      if (Object.hasOwn(alive, name)) return alive[name as keyof typeof alive]
      const value: unknown = Reflect.get(real, name, real)
      if (typeof value !== 'function') return value
      if (closing.has(name)) {
        return (...args: unknown[]) => {
          const close = (): unknown => value.apply(real, args)
          const told = holder()
          if (told) told.closed(args[0] instanceof Error ? args[0] : undefined, close)
          else close()
          return facade
        }
      }
      if (listening.has(name)) {
        return (event: unknown, ...rest: unknown[]) => {
          if (!ends.has(event)) value.call(real, event, ...rest)
          return facade
        }
      }
      return value.bind(real)
    },
  })
  return facade
}

/** Once its body is whole, nothing that becomes of the connection can break a request: it stays readable. */
export function keepReadable(request: IncomingMessage): void {
  request.destroy = unlessItsConnectionEnded
}

const { destroy } = IncomingMessage.prototype

/** One for all requests, as ResponseCapture has its own. */
function unlessItsConnectionEnded(this: IncomingMessage, error?: Error): IncomingMessage {
  const ofTheConnection = (error as { code?: unknown } | undefined)?.code === 'ECONNRESET'
  return ofTheConnection ? this : destroy.call(this, error)
}
