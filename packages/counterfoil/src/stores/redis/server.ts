import { Deadline } from './deadline.ts'
import type { Argument, Driver, Primary, Reply } from './drivers/driver.ts'
import { codeOf, isRefusal, NoAnswer, unavailable } from './faults.ts'
import { Replicas, type ReplicaTerms } from './replicas.ts'
import type { Script, ScriptForEach } from './scripts.ts'
import { onlyOf, Together } from './together.ts'

/** While the client connects again: looked at so often. */
const LOOK_MS = 10
/** A call with more than that would hold up those that travel with it. */
const TRAVELS_ALONE_BYTES = 64 * 1024
/** Times the bound of an answer: new connections to a Cluster that don't stand by then are given up. */
const CONNECTS_WITHIN = 4

/** Everything that is asked of Redis goes through here: bounded in time, and with its errors told in one way. */
export class Server {
  readonly #deadline: Deadline
  readonly #replicas: Replicas | undefined
  readonly #together = new Together((script, keys, args) => this.run(script, keys, args))
  #driver: Driver
  /** Of a Cluster: being connected, to go on over. */
  #another: Driver | undefined
  /** Gone on from, and not closed yet. */
  readonly #left = new Set<Driver>()
  #heardAt = 0
  #replaced: () => void = () => undefined

  /** @param replicas `undefined`: a write is answered once the primary has made it. */
  constructor(driver: Driver, timeoutMs: number, replicas: ReplicaTerms | undefined) {
    this.#driver = driver
    this.#deadline = new Deadline(timeoutMs)
    this.#replicas = replicas && new Replicas(() => this.#driver, replicas)
  }

  get driver(): Driver {
    return this.#driver
  }

  /** @param replaced told whenever there is another driver, whose connections are new. */
  whenReplaced(replaced: () => void): void {
    this.#replaced = replaced
  }

  /** Runs a script that only reads, or whose write may be lost. @throws {StoreUnavailable} */
  run(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<Reply> {
    return this.#answered(() => this.#evaluated(script, keys, args))
  }

  /** Runs a script that writes. @throws {StoreUnavailable} which leaves open whether it was written, as its fault says. */
  write(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<Reply> {
    return this.#write(script, keys, args, (reply) => reply)
  }

  /**
   * The same for one key of a script for each, which goes to the server together with those that are called meanwhile. In a
   * Cluster, where a script may have the keys of one slot only, and where replicas are waited for, it goes alone.
   */
  writeTogether(script: ScriptForEach, key: string, args: readonly Argument[]): Promise<Reply> {
    if (this.#replicas === undefined && !this.#driver.clustered && lengthOf(args) <= TRAVELS_ALONE_BYTES)
      return this.#together.call(script, key, args)
    return this.#write(script, [key], args, (replies) => onlyOf(replies as readonly Reply[]))
  }

  /** Whether a write is only answered once replicas have it: what was written before, and is answered now, counts too. */
  get waitsForReplicas(): boolean {
    return this.#replicas !== undefined
  }

  /** Runs a script without keys on one primary. */
  runOn(primary: Primary, script: Script, args: readonly Argument[]): Promise<Reply> {
    return this.#answered(() => evaluate(primary, script, [], args))
  }

  send(key: string, command: readonly Argument[]): Promise<Reply> {
    return this.#answered(() => this.driver.send(key, command))
  }

  sendTo(primary: Primary, command: readonly Argument[]): Promise<Reply> {
    return this.#answered(() => primary.send(command))
  }

  primaries(): Promise<readonly Primary[]> {
    return this.#answered(() => this.driver.primaries())
  }

  async close(): Promise<void> {
    this.#deadline.close()
    const drivers = [this.#driver, ...this.#left, ...(this.#another ? [this.#another] : [])]
    this.#left.clear()
    this.#another = undefined
    await Promise.all(drivers.map((driver) => driver.close()))
  }

  async #answered<T>(ask: () => Promise<T>): Promise<T> {
    try {
      if (!this.#driver.ready) await this.#connected()
      return await this.#heard(this.#driver, ask)
    } catch (error) {
      throw unavailable(error)
    }
  }

  async #heard<T>(driver: Driver, ask: () => Promise<T>): Promise<T> {
    const sentAt = performance.now()
    try {
      const answer = await this.#deadline.within(ask())
      this.#heardAt = performance.now()
      return answer
    } catch (error) {
      if (error instanceof NoAnswer) this.#silent(driver, sentAt)
      throw error
    }
  }

  /**
   * Where nothing has come back for so long the connection may be dead with nobody telling: behind a firewall that drops
   * what passes, TCP takes a quarter of an hour to notice, and whatever is sent meanwhile goes into the same hole. The
   * store then goes on over connections of its own. The user's client is let alone, and will notice by itself.
   *
   * In a Cluster one node may be silent while the others are heard, and it isn't known here which one was asked, nor
   * whether a new connection would fare better: so the others are asked over the old ones until all new ones stand.
   */
  #silent(driver: Driver, sentAt: number): void {
    if (driver !== this.#driver || this.#another !== undefined) return
    if (!driver.clustered) {
      if (this.#heardAt < sentAt) this.#goOnOver(driver.another())
      return
    }
    this.#another = driver.another()
    void this.#goOnOnceConnected(this.#another)
  }

  async #goOnOnceConnected(another: Driver): Promise<void> {
    const until = performance.now() + CONNECTS_WITHIN * this.#deadline.ms
    while (another === this.#another && !another.connected?.() && performance.now() < until) {
      another.wake?.()
      await pause()
    }
    if (another !== this.#another) return
    this.#another = undefined
    if (another.connected?.()) this.#goOnOver(another)
    else another.close().catch(() => undefined)
  }

  #write(
    script: Script,
    keys: readonly string[],
    args: readonly Argument[],
    answerIn: (reply: Reply) => Reply,
  ): Promise<Reply> {
    const replicas = this.#replicas
    if (replicas === undefined)
      return this.#answered(async () => answerIn(await this.#evaluated(script, keys, args)))
    return this.#answered(() =>
      replicas.acknowledged(keys[0] as string, async (connection, sending) => {
        const send: Primary['send'] = (command) => {
          sending()
          return connection.send(command)
        }
        return answerIn(await this.#runOnConnection({ send }, script, keys, args))
      }),
    )
  }

  #evaluated(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<Reply> {
    const key = keys[0] as string
    return evaluate({ send: (command) => this.#driver.send(key, command) }, script, keys, args)
  }

  /** What is under way over the old connections may still be answered there. */
  #goOnOver(another: Driver): void {
    const old = this.#driver
    this.#driver = another
    this.#left.add(old)
    setTimeout(() => {
      if (this.#left.delete(old)) old.close().catch(() => undefined)
    }, this.#deadline.ms).unref()
    this.#replaced()
  }

  /** A client that is connecting keeps commands for later, however late: so none is given to it before it is there. */
  async #connected(): Promise<void> {
    const until = performance.now() + this.#deadline.ms
    while (!this.#driver.ready) {
      this.#driver.wake?.()
      const trouble = this.#driver.trouble?.()
      if (isRefusal(trouble)) throw trouble
      if (performance.now() >= until) throw trouble ?? new NoAnswer(this.#deadline.ms)
      await pause()
    }
  }

  /** In a Cluster: straight to the node, so that WAIT goes the same way. Where the slot has moved, the client learns it. */
  async #runOnConnection(
    connection: Primary,
    script: Script,
    keys: readonly string[],
    args: readonly Argument[],
  ): Promise<Reply> {
    try {
      return await evaluate(connection, script, keys, args)
    } catch (error) {
      const code = codeOf(error)
      if (code === 'MOVED' || code === 'ASK')
        await this.driver.send(keys[0] as string, ['EXISTS', keys[0] as string])
      throw error
    }
  }
}

function lengthOf(args: readonly Argument[]): number {
  let sum = 0
  for (const { length } of args) sum += length
  return sum
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_MS))
}

/** By its hash; where this server has not seen it, whole. */
async function evaluate(
  primary: Primary,
  script: Script,
  keys: readonly string[],
  args: readonly Argument[],
): Promise<Reply> {
  try {
    return await primary.send(['EVALSHA', script.sha, String(keys.length), ...keys, ...args])
  } catch (error) {
    if (codeOf(error) !== 'NOSCRIPT') throw error
    return primary.send(['EVAL', script.text, String(keys.length), ...keys, ...args])
  }
}
