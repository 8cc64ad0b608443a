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

/** What is used of `new Redis()` of the package `ioredis`, version 5 or later, connected directly or by Sentinel. */
export interface IoRedisClient {
  readonly status: string
  connect(): Promise<unknown>
  callBuffer(command: string, ...args: Argument[]): Promise<unknown>
  duplicate(): unknown
  on(event: string, listener: () => void): unknown
}

/** The same of `new Redis.Cluster()`. */
export interface IoRedisCluster {
  readonly status: string
  readonly isCluster: boolean
  connect(): Promise<unknown>
  callBuffer(command: string, ...args: Argument[]): Promise<unknown>
  nodes(role: 'master'): unknown[]
  duplicate(): unknown
  on(event: string, listener: () => void): unknown
}

interface Subscribing {
  subscribe(channel: string): Promise<unknown>
  unsubscribe(channel: string): Promise<unknown>
  on(event: string, listener: (channel: string) => void): unknown
  disconnect(): void
}

export function onIoRedis(client: IoRedisClient, hold: Hold): Driver {
  const connection = connectionOf(client)
  return {
    name: 'ioredis',
    clustered: false,
    get ready() {
      return client.status === 'ready'
    },
    wake: () => wake(client),
    send: (_key, command) => connection.send(command),
    primaries: async () => [connection],
    connection: () => connection,
    subscriber: async (events) => subscriberOn(client.duplicate() as Subscribing, events),
    another: () => own(client.duplicate() as IoRedisClient & Own, onIoRedis),
    ...hold,
  }
}

export function onIoRedisCluster(cluster: IoRedisCluster, hold: Hold): Driver {
  return {
    name: 'ioredis',
    clustered: true,
    get ready() {
      return cluster.status === 'ready'
    },
    wake: () => wake(cluster),
    // It finds the key in the command by itself.
    send: (_key, command) => call(cluster, command),
    primaries: async () =>
      cluster
        .nodes('master')
        .map((node): Primary => ({ send: (command) => call(node as IoRedisClient, command) })),
    connection: undefined,
    subscriber: async (events) => subscriberOn(cluster.duplicate() as Subscribing, events),
    another: () => own(cluster.duplicate() as IoRedisCluster & Own, onIoRedisCluster),
    ...hold,
  }
}

interface Own {
  readonly status: string
  on(event: string, listener: () => void): unknown
  disconnect(): void
}

function own<Client extends Own>(client: Client, driverOn: (client: Client, hold: Hold) => Driver): Driver {
  // An error is a lost connection, and it connects again by itself.
  client.on('error', () => undefined)
  return driverOn(client, {
    close: async () => client.disconnect(),
    connected: () => client.status === 'ready',
  })
}

/** With its option `lazyConnect`. */
function wake(client: Pick<IoRedisClient, 'status' | 'connect'>): void {
  if (client.status === 'wait') client.connect().catch(() => undefined)
}

function connectionOf(client: IoRedisClient): Connection {
  let epoch = 0
  client.on('connect', () => {
    epoch += 1
  })
  return {
    get epoch() {
      return epoch
    },
    send: (command) => call(client, command),
  }
}

function call(
  client: Pick<IoRedisClient, 'callBuffer'>,
  [name, ...args]: readonly Argument[],
): Promise<Reply> {
  return client.callBuffer(name as string, ...args) as Promise<Reply>
}

function subscriberOn(own: Subscribing, { message, up }: SubscriberEvents): Subscriber {
  // An error is a lost connection, and it connects again by itself.
  own.on('error', () => undefined)
  own.on('ready', () => up())
  own.on('message', (channel) => message(channel))
  return {
    subscribe: (channel) => own.subscribe(channel),
    unsubscribe: (channel) => own.unsubscribe(channel),
    close: async () => own.disconnect(),
  }
}
