import type {
  AbandonedQuery,
  ClaimDecision,
  ClaimRequest,
  Fence,
  FencedAnswer,
  Finding,
  HandAnswer,
  HandChange,
  HandTarget,
  InProgress,
  ListAnswer,
  ListFilter,
  Page,
  Reading,
  ReceiptId,
  ReceiptStore,
  Running,
  Settlement,
  StoreDescription,
  StoreStats,
  SweepAnswer,
  Watch,
} from '../../core/index.ts'
import { age } from './age.ts'
import { audit } from './audit.ts'
import { changeByHand } from './change-by-hand.ts'
import { claim } from './claim.ts'
import { driverOn, type RedisClient } from './client.ts'
import { describe } from './describe.ts'
import type { Driver } from './drivers/driver.ts'
import { closed, STORE_NAME, unavailable } from './faults.ts'
import { readSteps, refused, renew, saveStep, settle, yieldClaim } from './fenced.ts'
import { Keys } from './keys.ts'
import type { Keyspace } from './keyspace.ts'
import { findAbandoned, list, stats } from './list.ts'
import { type RedisStoreOptions, type Settings, settingsOf } from './options.ts'
import { read } from './read.ts'
import { Server } from './server.ts'
import { type Pace, sweep } from './sweep.ts'
import { BEGINNING } from './walk.ts'
import { Watchers } from './watchers.ts'

/**
 * Receipts in Redis or Valkey: one server, with or without replicas and Sentinel, or a Cluster. The claim is decided in
 * the server, by its clock, in one round trip.
 *
 * Redis replicates after it has answered: a failover can forget a claim or a settle that was acknowledged, unless
 * `waitForReplicas` names every replica that may be promoted. What the settings of the server are worth, `audit()` says.
 *
 * @param client connected or connecting; it stays the user's. `openStore` makes one from a URL.
 * @throws {OptionInvalid}
 *
 * @example
 * const client = await createClient({ url: 'redis://localhost' }).connect()
 * const receipts = createReceipts({ store: redisStore(client) })
 */
export function redisStore(client: RedisClient, options: RedisStoreOptions = {}): ReceiptStore {
  return storeOn(driverOn(client), options)
}

/** @throws {OptionInvalid} */
export function storeOn(driver: Driver, options: RedisStoreOptions): ReceiptStore {
  return new RedisStore(driver, settingsOf(options, driver))
}

class RedisStore implements ReceiptStore {
  readonly name: string = STORE_NAME
  readonly #settings: Settings
  readonly #keyspace: Keyspace
  readonly #watchers: Watchers
  readonly #pace: Pace = { from: BEGINNING, restsUntil: 0 }
  #underWay = 0
  #whenIdle: (() => void) | undefined
  #closing: Promise<void> | undefined

  constructor(driver: Driver, settings: Settings) {
    const { prefix, answerWithinMs, waitForReplicas, replicaTimeoutMs } = settings
    const replicas = waitForReplicas > 0 ? { count: waitForReplicas, timeoutMs: replicaTimeoutMs } : undefined
    this.#settings = settings
    this.#keyspace = { server: new Server(driver, answerWithinMs, replicas), keys: new Keys(prefix) }
    this.#watchers = new Watchers(this.#keyspace)
    this.#keyspace.server.whenReplaced(() => this.#watchers.renew())
  }

  claim(request: ClaimRequest): Promise<ClaimDecision> {
    return this.#call(() => claim(this.#keyspace, request))
  }

  settle(fence: Fence, settlement: Settlement, claimed?: Running): Promise<FencedAnswer> {
    return this.#call(() => settle(this.#keyspace, fence, settlement, claimed))
  }

  renew(fence: Fence, leaseMs: number): Promise<'renewed' | 'lost'> {
    return this.#call(() => renew(this.#keyspace, fence, leaseMs))
  }

  yield(fence: Fence, recoverAfterMs: number): Promise<FencedAnswer> {
    return this.#call(() => yieldClaim(this.#keyspace, fence, recoverAfterMs))
  }

  refused(fence: Fence, step: string, generation: number): Promise<'written' | 'lost'> {
    return this.#call(() => refused(this.#keyspace, fence, step, generation))
  }

  saveStep(fence: Fence, step: string, result: Uint8Array): Promise<'written' | 'lost'> {
    return this.#call(() => saveStep(this.#keyspace, fence, step, result))
  }

  readSteps(id: ReceiptId, incarnation: string): Promise<ReadonlyMap<string, Uint8Array>> {
    return this.#call(() => readSteps(this.#keyspace, id, incarnation))
  }

  read(id: ReceiptId): Promise<Reading> {
    return this.#call(async () => {
      await this.#watchers.beforeReading(id)
      const { receipt, now } = await read(this.#keyspace, id)
      return { receipt, now }
    })
  }

  list(filter: ListFilter, page: Page): Promise<ListAnswer> {
    return this.#call(() => list(this.#keyspace, filter, page))
  }

  findAbandoned(query: AbandonedQuery): Promise<readonly InProgress[]> {
    return this.#call(() => findAbandoned(this.#keyspace, query))
  }

  stats(): Promise<StoreStats> {
    return this.#call(() => stats(this.#keyspace))
  }

  changeByHand(target: HandTarget, change: HandChange): Promise<HandAnswer> {
    return this.#call(() => changeByHand(this.#keyspace, target, change))
  }

  sweep(limit: number): Promise<SweepAnswer> {
    return this.#call(() => sweep(this.#keyspace, limit, this.#pace))
  }

  watch(id: ReceiptId, wake: () => void): Watch {
    if (this.#closing) throw closed()
    return this.#watchers.watch(id, wake)
  }

  audit(): Promise<readonly Finding[]> {
    return this.#call(() => audit(this.#keyspace.server, this.#settings))
  }

  describe(): StoreDescription {
    return describe(this.#keyspace.keys)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  age(id: ReceiptId, ms: number): Promise<void> {
    return this.#call(() => age(this.#keyspace, id, ms))
  }

  /** What is under way when the store is closed is finished first. */
  async #call<T>(act: () => Promise<T>): Promise<T> {
    if (this.#closing) throw closed()
    this.#underWay += 1
    try {
      return await act()
    } catch (error) {
      throw unavailable(error)
    } finally {
      this.#underWay -= 1
      if (this.#underWay === 0) this.#whenIdle?.()
    }
  }

  async #close(): Promise<void> {
    if (this.#underWay > 0) {
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve
      })
    }
    await this.#watchers.close()
    await this.#keyspace.server.close()
  }
}
