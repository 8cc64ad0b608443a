import type {
  Argument,
  Connection,
  Driver,
  Hold,
  Primary,
  Reply,
  Subscriber,
  SubscriberEvents,
} from './driver.ts'

/** What is used of a client made by `createClient` of the package `redis`, version 5 or later. */
export interface NodeRedisClient {
  readonly isOpen: boolean
  readonly isReady: boolean
  sendCommand(command: readonly Argument[], options?: unknown): Promise<unknown>
  duplicate(): unknown
  on(event: string, listener: () => void): unknown
}

/** The same of one made by `createCluster`. */
export interface NodeRedisCluster {
  readonly isOpen: boolean
  readonly masters: readonly unknown[]
  sendCommand(
    firstKey: Argument | undefined,
    isReadonly: boolean | undefined,
    command: Argument[],
    options?: unknown,
  ): Promise<unknown>
  nodeClient(node: never): unknown
  duplicate(): unknown
  on(event: string, listener: () => void): unknown
}

/** The same of one made by `createSentinel`. */
export interface NodeRedisSentinel {
  readonly isOpen: boolean
  readonly isReady: boolean
  sendCommand(isReadonly: boolean | undefined, command: Argument[], options?: unknown): Promise<unknown>
  acquire(): Promise<unknown>
  duplicate(): unknown
  on(event: string, listener: () => void): unknown
}

/** The part of each of them that subscribes. */
interface Subscribing {
  connect(): Promise<unknown>
  subscribe(channel: string, listener: (message: string, channel: string) => void): Promise<unknown>
  unsubscribe(channel: string, listener?: (message: string, channel: string) => void): Promise<unknown>
  on(event: string, listener: () => void): unknown
  off(event: string, listener: () => void): unknown
  destroy(): unknown
}

interface Own {
  connect(): Promise<unknown>
  destroy(): unknown
  on(event: string, listener: (error: unknown) => void): unknown
}

const TRIES_AGAIN_MS = 500

/** A client of the store's own begins to connect, and is ended with its driver. */
export function own<Client extends Own>(
  client: Client,
  driverOn: (client: Client, hold: Hold) => Driver,
): Driver {
  // An error is a lost connection, and it connects again by itself; without a listener it would end the process.
  let trouble: unknown
  const troubled = (error: unknown): void => {
    trouble = error
  }
  client.on('error', troubled)
  // Not awaited: the first call waits for the connection, and is told where there is none.
  let connected = false
  let closed = false
  const connect = (): void => {
    client.connect().then(
      () => {
        connected = true
      },
      (error: unknown) => {
        troubled(error)
        // A Cluster's and a Sentinel's client tries its nodes once, and then no more.
        if (!closed) setTimeout(connect, TRIES_AGAIN_MS).unref()
      },
    )
  }
  connect()
  const close = async (): Promise<void> => {
    closed = true
    try {
      await client.destroy()
    } catch {
      // It never came to a connection.
    }
  }
  return driverOn(client, { close, connected: () => connected, trouble: () => trouble })
}

/** RESP's bulk strings, `$`, as buffers; and no timer for each command, since the store has one for all. */
const OPTIONS = { typeMapping: { 36: Buffer }, timeout: undefined }

export function onNodeRedis(client: NodeRedisClient, hold: Hold): Driver {
  const connection = connectionOf(client)
  return {
    name: 'node-redis',
    clustered: false,
    get ready() {
      return client.isReady
    },
    send: (_key, command) => connection.send(command),
    primaries: async () => [connection],
    connection: () => connection,
    subscriber: (events) => subscriberOn(client.duplicate() as Subscribing, events),
    another: () => own(client.duplicate() as NodeRedisClient & Own, onNodeRedis),
    ...hold,
  }
}

export function onNodeRedisCluster(cluster: NodeRedisCluster, hold: Hold): Driver {
  const connections = new WeakMap<NodeRedisClient, Connection>()
  const connectionOn = (client: NodeRedisClient): Connection => {
    const connection = connections.get(client) ?? connectionOf(client)
    connections.set(client, connection)
    return connection
  }
  const nodeOf = async (node: unknown): Promise<Primary> =>
    connectionOn((await cluster.nodeClient(node as never)) as NodeRedisClient)
  const forKey = (cluster as { getNodeClientForKey?: (key: string) => Promise<NodeRedisClient> })
    .getNodeClientForKey
  return {
    name: 'node-redis',
    clustered: true,
    // It is open as soon as it begins to connect, and knows no node until it has found one: what was asked of all
    // primaries would be asked of none.
    get ready() {
      return cluster.isOpen && cluster.masters.length > 0
    },
    send: (key, command) => cluster.sendCommand(key, false, command as Argument[], OPTIONS) as Promise<Reply>,
    primaries: () => Promise.all(cluster.masters.map(nodeOf)),
    connection: forKey && (async (key) => connectionOn(await forKey.call(cluster, key))),
    subscriber: (events) => subscriberWithin(cluster as unknown as Subscribing, 'node-ready', events),
    another: () => own(cluster.duplicate() as NodeRedisCluster & Own, onNodeRedisCluster),
    ...hold,
  }
}

export function onNodeRedisSentinel(sentinel: NodeRedisSentinel, hold: Hold): Driver {
  const primary: Primary = {
    send: (command) => sentinel.sendCommand(false, command as Argument[], OPTIONS) as Promise<Reply>,
  }
  return {
    name: 'node-redis',
    clustered: false,
    get ready() {
      return sentinel.isReady
    },
    send: (_key, command) => primary.send(command),
    primaries: async () => [primary],
    // Its commands go over a pool of connections, and it doesn't say which took which.
    connection: undefined,
    subscriber: (events) => subscriberWithin(sentinel as unknown as Subscribing, 'topology-change', events),
    another: () => own(sentinel.duplicate() as NodeRedisSentinel & Own, onNodeRedisSentinel),
    ...hold,
  }
}

function connectionOf(client: NodeRedisClient): Connection {
  let epoch = 0
  client.on('connect', () => {
    epoch += 1
  })
  return {
    get epoch() {
      return epoch
    },
    send: (command) => client.sendCommand(command, OPTIONS) as Promise<Reply>,
  }
}

/** On a connection of its own, which it ends. */
async function subscriberOn(own: Subscribing, { message, up }: SubscriberEvents): Promise<Subscriber> {
  // An error is a lost connection, and it connects again by itself; without a listener it would end the process.
  own.on('error', () => undefined)
  own.on('ready', up)
  const listen = (_message: string, channel: string): void => message(channel)
  // Not awaited: where the server can't be reached it goes on trying, and `ready` tells.
  void own.connect().catch(() => undefined)
  return {
    subscribe: (channel) => own.subscribe(channel, listen),
    unsubscribe: (channel) => own.unsubscribe(channel),
    close: async () => void own.destroy(),
  }
}

/** On the connection that these clients keep for subscriptions: what the user subscribes to is let alone. */
async function subscriberWithin(
  client: Subscribing,
  upEvent: string,
  { message, up }: SubscriberEvents,
): Promise<Subscriber> {
  const listen = (_message: string, channel: string): void => message(channel)
  const channels = new Set<string>()
  client.on(upEvent, up)
  return {
    subscribe: (channel) => {
      channels.add(channel)
      return client.subscribe(channel, listen)
    },
    unsubscribe: (channel) => {
      channels.delete(channel)
      return client.unsubscribe(channel, listen)
    },
    close: async () => {
      client.off(upEvent, up)
      await Promise.allSettled([...channels].map((channel) => client.unsubscribe(channel, listen)))
    },
  }
}
