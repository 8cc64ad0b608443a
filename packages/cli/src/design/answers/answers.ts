import { bytesIn, msIn } from '../questions/kinds.ts'
import type { Given } from './given.ts'

/** The answers, each in its type. What was not asked is `undefined`. */
export interface Answers {
  readonly operation: {
    readonly name: string
    readonly reachedBy: 'http' | 'queue' | 'call'
    readonly route: string | undefined
    readonly promise: 'exactly-once' | 'at-most-once' | 'at-least-once'
    readonly usualMs: number
    readonly longestMs: number
  }
  readonly effects: readonly Effect[]
  readonly key: {
    readonly suppliedBy: 'client' | 'sender' | 'producer' | 'scheduler' | 'service'
    readonly madeOf: 'random' | 'business-id' | 'event-id' | 'delivery-id' | 'content'
    readonly onARetry: 'same' | 'new'
    readonly secondChange: 'never' | 'rightly' | undefined
    /** `undefined` where there is no request. */
    readonly foundIn: { readonly field: string } | { readonly pointer: string } | undefined
  }
  /** The field that names the tenant; `undefined` where there is one tenant, or no request. */
  readonly tenant: { readonly field: string | undefined; readonly setBy: 'front' | 'caller' | undefined }
  readonly store: Store
  readonly retries: readonly Retrier[]
  readonly failure: {
    readonly leaves: 'nothing' | 'part' | 'unknown'
    readonly ifNobodyRetries: 'tell-an-operator' | 'finish-it'
  }
  readonly load: {
    readonly perSecond: number
    readonly peakPerSecond: number
    readonly requestBytes: number
    readonly outcomeBytes: number
  }
  readonly keep: { readonly outcomeMs: number; readonly keyMs: number }
  readonly proof: {
    readonly url: string | undefined
    readonly body: string | undefined
    readonly count: string | undefined
    readonly kill: string | undefined
    readonly restart: string | undefined
    readonly storeFailover: string | undefined
  }
}

export interface Effect {
  readonly name: string
  readonly kind: 'database' | 'payment' | 'provisioning' | 'message'
  readonly repeated: 'harmful' | 'harmless'
  readonly place:
    | { readonly is: 'receipts-database' }
    | {
        readonly is: 'elsewhere'
        /** How long it deduplicates by a key; `undefined`: it doesn't. */
        readonly keyMemoryMs: number | undefined
        readonly canBeAsked: boolean
      }
}

export type StoreKind = 'memory' | 'sqlite' | 'postgres' | 'redis'

export interface Store {
  readonly kind: StoreKind
  readonly url: string
  readonly hosts: 'one' | 'many'
  readonly failover: 'none' | 'waits' | 'lags' | undefined
  readonly eviction: string | undefined
  readonly appendOnly: 'always' | 'everysec' | 'no' | undefined
  readonly unreachable: 'refuse' | 'run-anyway'
  readonly roomBytes: number
}

export interface Retrier {
  readonly by: 'client' | 'queue' | 'automation' | 'sender' | 'person'
  readonly atOnce: number
  readonly untilMs: number
  readonly queue: { readonly redeliveredAfterMs: number; readonly deliveries: number } | undefined
}

/** @param given checked: each answer that is needed is there, and is one that its question takes. */
export function answersOf(given: Given): Answers {
  const text = (path: string): string => given.text(path) ?? ''
  const word = <Word extends string>(path: string): Word => text(path) as Word
  const asked = <Word extends string>(path: string): Word | undefined => given.text(path) as Word | undefined
  const ms = (path: string): number => msIn(text(path))
  const field = asked('tenant.field')
  const storeFailover = asked('proof.store-failover')
  return {
    operation: {
      name: text('operation.name'),
      reachedBy: word('operation.reached-by'),
      route: asked('operation.route'),
      promise: word('operation.promise'),
      usualMs: ms('operation.usual-duration'),
      longestMs: ms('operation.longest-duration'),
    },
    effects: Array.from({ length: given.items('effects') }, (_, at) => effectOf(given, `effects.${at}`)),
    key: {
      suppliedBy: word('key.supplied-by'),
      madeOf: word('key.made-of'),
      onARetry: word('key.on-a-retry'),
      secondChange: asked('key.second-change'),
      foundIn: foundIn(asked('key.found-in')),
    },
    tenant: { field: field === 'none' ? undefined : field, setBy: asked('tenant.set-by') },
    store: {
      kind: storeKindOf(text('store.url')),
      url: text('store.url'),
      hosts: word('store.hosts'),
      failover: asked('store.failover'),
      eviction: asked('store.eviction'),
      appendOnly: asked('store.append-only'),
      unreachable: word('store.unreachable'),
      roomBytes: bytesIn(text('store.room')),
    },
    retries: Array.from({ length: given.items('retries') }, (_, at) => retrierOf(given, `retries.${at}`)),
    failure: { leaves: word('failure.leaves'), ifNobodyRetries: word('failure.if-nobody-retries') },
    load: {
      perSecond: Number(text('load.per-second')),
      peakPerSecond: Number(text('load.peak-per-second')),
      requestBytes: bytesIn(text('load.request')),
      outcomeBytes: bytesIn(text('load.outcome')),
    },
    keep: { outcomeMs: ms('keep.outcome'), keyMs: ms('keep.key') },
    proof: {
      url: asked('proof.url'),
      body: asked('proof.body'),
      count: asked('proof.count'),
      kill: asked('proof.kill'),
      restart: asked('proof.restart'),
      storeFailover: storeFailover === 'none' ? undefined : storeFailover,
    },
  }
}

function foundIn(text: string | undefined): Answers['key']['foundIn'] {
  if (text === undefined) return undefined
  return text.startsWith('/') ? { pointer: text } : { field: text }
}

function effectOf(given: Given, path: string): Effect {
  const word = <Word extends string>(name: string): Word => (given.text(`${path}.${name}`) ?? '') as Word
  const memory = word('key-memory')
  return {
    name: word('name'),
    kind: word('kind'),
    repeated: word('repeated'),
    place:
      word('place') === 'receipts-database'
        ? { is: 'receipts-database' }
        : {
            is: 'elsewhere',
            keyMemoryMs: memory === 'none' ? undefined : msIn(memory),
            canBeAsked: word('can-be-asked') === 'yes',
          },
  }
}

function retrierOf(given: Given, path: string): Retrier {
  const text = (name: string): string => given.text(`${path}.${name}`) ?? ''
  const by = text('by') as Retrier['by']
  return {
    by,
    atOnce: Number(text('at-once')),
    untilMs: msIn(text('until')),
    queue:
      by === 'queue'
        ? { redeliveredAfterMs: msIn(text('redelivered-after')), deliveries: Number(text('deliveries')) }
        : undefined,
  }
}

function storeKindOf(url: string): StoreKind {
  if (url.startsWith('postgres')) return 'postgres'
  if (url.startsWith('redis')) return 'redis'
  return url.startsWith('sqlite:') ? 'sqlite' : 'memory'
}
