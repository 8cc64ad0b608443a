import type { Subscriber } from './drivers/driver.ts'

/**
 * The channels that this process listens to, over one connection. For each channel one thing after another: node-redis
 * takes a subscription for granted while it is just giving it up, and would then hear nothing.
 */
export class Channels {
  readonly #connect: () => Promise<Subscriber>
  readonly #last = new Map<string, Promise<unknown>>()
  #subscriber: Promise<Subscriber> | undefined

  constructor(connect: () => Promise<Subscriber>) {
    this.#connect = connect
  }

  /** Done once everything said from now on is heard. */
  async listen(channel: string): Promise<void> {
    await this.#next(channel, async () => (await this.#connected()).subscribe(channel))
  }

  /** @param wanted asked when it is its turn: somebody may listen again by then. */
  leave(channel: string, wanted: () => boolean): void {
    const left = this.#next(channel, async () => {
      if (!wanted()) await (await this.#connected()).unsubscribe(channel)
    })
    left.catch(() => undefined)
  }

  /** Goes on over another connection: whoever wants to hear listens again. */
  renew(): void {
    this.close().catch(() => undefined)
    this.#subscriber = undefined
    this.#last.clear()
  }

  async close(): Promise<void> {
    const subscriber = await this.#subscriber?.catch(() => undefined)
    await subscriber?.close()
  }

  #connected(): Promise<Subscriber> {
    this.#subscriber ??= this.#connect()
    return this.#subscriber
  }

  #next<T>(channel: string, act: () => Promise<T>): Promise<T> {
    const before = this.#last.get(channel) ?? Promise.resolve()
    const next = before.then(act, act)
    this.#last.set(channel, next)
    const over = (): void => {
      if (this.#last.get(channel) === next) this.#last.delete(channel)
    }
    next.then(over, over)
    return next
  }
}
