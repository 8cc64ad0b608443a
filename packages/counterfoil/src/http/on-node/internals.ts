import type { ServerResponse } from 'node:http'

/** What Node's own work on a response goes by, and what libraries such as `compression` look at. */
export interface Internals {
  /** The head as it goes to the wire; with one, `headersSent` is true. */
  _header: string | null
  /** `end` was called: `writableEnded`. */
  finished: boolean
  destroyed: boolean
  _closed: boolean
}

/** For properties that Node itself assigns. */
export type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** Through which everything goes to the wire. */
export type Overridable<This extends ServerResponse> = Record<
  Overridden,
  (this: This, ...args: unknown[]) => unknown
>

export type Overridden = 'writeHead' | 'write' | 'end' | 'flushHeaders' | 'emit' | 'destroy'

/** By assignment alone: a property that is defined or deleted makes all of Node's own work on it slow. */
export function install<This extends ServerResponse>(
  response: This,
  methods: Overridable<This> | Pick<ServerResponse, Overridden>,
): void {
  const own = response as unknown as Record<Overridden, unknown>
  own.writeHead = methods.writeHead
  own.write = methods.write
  own.end = methods.end
  own.flushHeaders = methods.flushHeaders
  own.emit = methods.emit
  own.destroy = methods.destroy
}
