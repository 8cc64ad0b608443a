import {
  type ReceiptStore,
  type StoreDescription,
  StoreUnavailable,
  StoreUrlInvalid,
} from '../../core/index.ts'
import { describe } from './describe.ts'
import type { Driver } from './drivers/driver.ts'
import { onNodeRedis, onNodeRedisCluster, onNodeRedisSentinel, own } from './drivers/node-redis.ts'
import { STORE_NAME } from './faults.ts'
import { Keys } from './keys.ts'
import { prefixOf, type RedisStoreOptions } from './options.ts'
import { storeOn } from './store.ts'

/** A server named by a URL: where it is, who asks, and the store's options. */
export interface Address {
  readonly kind: 'server' | 'sentinel' | 'cluster'
  readonly tls: boolean
  readonly hosts: readonly { readonly host: string; readonly port: number }[]
  readonly username: string | undefined
  readonly password: string | undefined
  /** Of Sentinel: the name of the primary that it watches. */
  readonly primary: string
  readonly database: number
  readonly options: RedisStoreOptions
}

const FORMS =
  "use 'redis://user:password@host:6379/0', 'rediss://…' for TLS, 'redis+sentinel://host1,host2/primary' or 'redis+cluster://host1,host2', and behind a '?' prefix, wait-for-replicas, replica-timeout-ms or answer-within-ms"

/**
 * A store with a client of its own, by the package `redis`, which is loaded only now and closed with the store.
 * @throws {StoreUrlInvalid} also where the package is not installed.
 * @throws {StoreUnavailable} where the server can't be reached, or, where that is refused, its settings break the store's
 * promise.
 */
export async function openRedisStore(
  url: string,
  { refuseUnsafe }: { readonly refuseUnsafe: boolean },
): Promise<ReceiptStore> {
  const address = addressIn(url)
  const store = storeOn(driverFor(await loadPackage(), address), address.options)
  try {
    const refusal = (await store.audit()).find(({ level }) => level === 'refusal')
    if (refusal === undefined || !refuseUnsafe) return store
    const says = refusal.says.replace(/\.$/, '')
    throw new StoreUnavailable(STORE_NAME, 'failed', `can't keep its promise here. ${says}`)
  } catch (error) {
    await store.close()
    throw error
  }
}

/** A client by itself, for what is done beside a store. */
export async function openDriver(url: string): Promise<Driver> {
  return driverFor(await loadPackage(), addressIn(url))
}

/** @throws {StoreUrlInvalid} It never shows the URL, which may hold a password. */
export function addressIn(url: string): Address {
  const [, tls, kind, credentials, hosts, path, query] = PARTS.exec(url) ?? []
  if (hosts === undefined) throw new StoreUrlInvalid(`The Redis store's URL can't be read: ${FORMS}.`)
  const sentinel = kind === 'sentinel'
  const [username, password] = (credentials ?? '').split(/:(.*)/s).map(decoded)
  const names = (path ?? '').split('/').slice(1)
  const primary = sentinel ? decoded(names.shift() ?? '') : ''
  const database = names.shift() || '0'
  if ((sentinel && primary === '') || names.length > 0 || !/^\d{1,5}$/.test(database)) {
    throw new StoreUrlInvalid(`The path of the Redis store's URL can't be used: ${FORMS}.`)
  }
  if (kind === 'cluster' && database !== '0') {
    throw new StoreUrlInvalid(`A Redis Cluster has no databases but 0: ${FORMS}.`)
  }
  if (kind === undefined && hosts.includes(',')) {
    throw new StoreUrlInvalid(`The Redis store's URL names several hosts and not what they are: ${FORMS}.`)
  }
  return {
    kind: sentinel ? 'sentinel' : kind === 'cluster' ? 'cluster' : 'server',
    tls: tls !== undefined,
    hosts: hosts.split(',').map((host) => hostIn(host, sentinel ? 26379 : 6379)),
    username: username || undefined,
    password: password || undefined,
    primary,
    database: Number(database),
    options: optionsIn(query ?? ''),
  }
}

const PARTS =
  /^redis(s)?(?:\+(sentinel|cluster))?:\/\/(?:([^@/?#]*)@)?([^@/?#]+)((?:\/[^?#]*)?)(?:\?([^#]*))?$/i

function hostIn(text: string, defaultPort: number): { host: string; port: number } {
  const [, six, four, port] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/i.exec(text) ?? []
  const host = six ?? four
  if (host === undefined || Number(port ?? 1) > 65535) {
    throw new StoreUrlInvalid(`A host in the Redis store's URL can't be read: ${FORMS}.`)
  }
  return { host, port: port === undefined ? defaultPort : Number(port) }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new StoreUrlInvalid(`The Redis store's URL has a '%' that stands for nothing: ${FORMS}.`)
  }
}

const numbers: Readonly<Record<string, keyof RedisStoreOptions>> = {
  'wait-for-replicas': 'waitForReplicas',
  'replica-timeout-ms': 'replicaTimeoutMs',
  'answer-within-ms': 'answerWithinMs',
}

function optionsIn(query: string): RedisStoreOptions {
  const options: Partial<Record<keyof RedisStoreOptions, string | number>> = {}
  for (const [name, value] of new URLSearchParams(query)) {
    const option = numbers[name]
    if (name === 'prefix') options.prefix = value
    else if (option !== undefined && /^\d+$/.test(value)) options[option] = Number(value)
    else throw new StoreUrlInvalid(`The Redis store's URL has an option that can't be used: ${FORMS}.`)
  }
  return options as RedisStoreOptions
}

/** What the store at this URL keeps, and its claim: nothing is asked of a server. @throws {StoreUrlInvalid} */
export function describeRedis(url: string): StoreDescription {
  return describe(new Keys(prefixOf(addressIn(url).options)))
}

type Package = Awaited<ReturnType<typeof loadPackage>>

async function loadPackage() {
  try {
    return await import('redis')
  } catch (error) {
    throw new StoreUrlInvalid(
      "The Redis store's URL needs the package 'redis', which is not installed: run 'npm install redis'.",
      { cause: error },
    )
  }
}

function driverFor(driver: Package, address: Address): Driver {
  const { hosts, tls, primary: name, database, ...rest } = address
  const credentials = {
    ...(rest.username === undefined ? {} : { username: rest.username }),
    ...(rest.password === undefined ? {} : { password: rest.password }),
  }
  const socket = (at: { host: string; port: number }): { host: string; port: number; tls?: true } =>
    tls ? { ...at, tls } : at
  switch (address.kind) {
    case 'server':
      return own(
        driver.createClient({ socket: socket(hosts[0] as (typeof hosts)[number]), database, ...credentials }),
        onNodeRedis,
      )
    case 'cluster':
      return own(
        driver.createCluster({
          rootNodes: hosts.map((at) => ({ socket: socket(at) })),
          defaults: { ...credentials, ...(tls ? { socket: { tls } } : {}) },
        }),
        onNodeRedisCluster,
      )
    case 'sentinel':
      return own(
        driver.createSentinel({
          name,
          sentinelRootNodes: [...hosts],
          nodeClientOptions: { database, ...credentials, ...(tls ? { socket: { tls } } : {}) },
          ...(tls ? { sentinelClientOptions: { socket: { tls } } } : {}),
        }),
        onNodeRedisSentinel,
      )
  }
}
