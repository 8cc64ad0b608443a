export type Argument = string | Buffer

/** A command's answer: texts of the server come as buffers, untouched. */
export type Reply = null | number | string | Buffer | Error | readonly Reply[]

/** One primary. */
export interface Primary {
  send(command: readonly Argument[]): Promise<Reply>
}

/** One connection that keeps its order, for what must go over the same one. */
export interface Connection extends Primary {
  /** Another number with every new connection. */
  readonly epoch: number
}

export interface Subscriber {
  subscribe(channel: string): Promise<unknown>
  unsubscribe(channel: string): Promise<unknown>
  close(): Promise<void>
}

export interface SubscriberEvents {
  /** Something was said on this channel. */
  readonly message: (channel: string) => void
  /** A connection stands again: what was said meanwhile is lost. */
  readonly up: () => void
}

/** Whose the client is. */
export interface Hold {
  /** Does nothing where the client is the user's. */
  close(): Promise<void>
  /** Of the store's own: whether it has come to a connection. */
  readonly connected?: () => boolean
  /** Why it isn't ready, where it is the store's own and has said so. */
  readonly trouble?: () => unknown
}

/** What the store needs of a client, whichever it is. */
export interface Driver extends Hold {
  /** `node-redis` or `ioredis`, and what it is connected to. */
  readonly name: string
  readonly clustered: boolean
  /** Whether a command sent now would go out now. */
  readonly ready: boolean
  /** Begins to connect, where the client waits for its first command to do so. */
  wake?(): void
  /** To the primary that has this key. */
  send(key: string, command: readonly Argument[]): Promise<Reply>
  primaries(): Promise<readonly Primary[]>
  /** The connection to the primary that has this key; `undefined` where the client tells nothing of its connections. */
  readonly connection: ((key: string) => Promise<Connection> | Connection) | undefined
  subscriber(events: SubscriberEvents): Promise<Subscriber>
  /** The same over connections of its own, which are being made now and end with it. */
  another(): Driver
}
