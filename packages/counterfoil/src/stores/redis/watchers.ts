import { type ReceiptId, Wakes, type Watch } from '../../core/index.ts'
import { Channels } from './channels.ts'
import type { Keyspace } from './keyspace.ts'
import * as scripts from './scripts.ts'

/** Between two looks at a receipt that nobody told of: soon where nobody can tell, and else for what got lost. */
const SHORTEST_MS = 20
const LONGEST_MS = 2000

/**
 * Who waits for which receipt to change. Each watched receipt has a channel, and one connection of this process listens
 * to all of them. Looking at a receipt leaves a mark in it, without which nobody is told: so those on whom nobody waits,
 * nearly all, cost no message, and in a Cluster none to every node.
 *
 * Nobody is told of a change to a receipt that was not there yet, and a message may be lost with its connection: so
 * everything watched is looked at again, less and less often. A lost message ends as a look, never as a hang.
 */
export class Watchers {
  readonly #keyspace: Keyspace
  readonly #watched = new Map<ReceiptId, Watched>()
  readonly #channels: Channels

  constructor(keyspace: Keyspace) {
    this.#keyspace = keyspace
    const { server } = keyspace
    this.#channels = new Channels(() =>
      server.driver.subscriber({ message: (channel) => this.#told(channel), up: () => void this.#upAgain() }),
    )
  }

  /** The connection may be as silent as the one that commands went over. */
  renew(): void {
    this.#channels.renew()
    void this.#upAgain()
  }

  watch(id: ReceiptId, wake: () => void): Watch {
    const watched = this.#watched.get(id) ?? this.#begin(id)
    const leave = watched.wakes.add(wake)
    return {
      stop: () => {
        leave()
        if (watched.wakes.empty) this.#end(watched)
      },
    }
  }

  /**
   * A reader waits until its receipt, if it is watched, is listened to and marked: whatever changes after its reading is
   * then told, and it need not be woken for what came before.
   */
  async beforeReading(id: ReceiptId): Promise<void> {
    const watched = this.#watched.get(id)
    if (watched === undefined || watched.listening) return
    watched.readersWaiting += 1
    await watched.listens
  }

  async close(): Promise<void> {
    for (const watched of [...this.#watched.values()]) this.#end(watched)
    await this.#channels.close()
  }

  #begin(id: ReceiptId): Watched {
    const key = this.#keyspace.keys.receipt(id)
    const watched: Watched = {
      id,
      key,
      wakes: new Wakes(),
      seen: undefined,
      pauseMs: SHORTEST_MS,
      timer: undefined,
      told: false,
      listening: false,
      readersWaiting: 0,
      listens: Promise.resolve(),
    }
    this.#watched.set(id, watched)
    watched.listens = this.#listen(watched)
    return watched
  }

  async #listen(watched: Watched): Promise<void> {
    await this.#subscribe(watched)
    await this.#look(watched)
    watched.listening = true
    // Nobody reads after this by itself: what changed while the subscription was on its way would go untold.
    if (watched.readersWaiting === 0) watched.wakes.wakeAll()
  }

  /** For so long that a reader may wait for it; where the server can't be reached, the looks go on meanwhile. */
  async #subscribe(watched: Watched): Promise<void> {
    let bound: NodeJS.Timeout | undefined
    const subscribed = this.#channels.listen(watched.key).then(() => {
      watched.told = true
    })
    const over = new Promise<void>((resolve) => {
      bound = setTimeout(resolve, LONGEST_MS / 2).unref()
    })
    await Promise.race([subscribed.catch(() => undefined), over])
    clearTimeout(bound)
  }

  /**
   * Whoever changed it has taken the mark away. It is put back before anybody is woken and reads, so that the next change
   * is told as well.
   */
  #told(channel: string): void {
    const watched = this.#watched.get(this.#keyspace.keys.id(channel))
    if (watched !== undefined) void this.#look(watched)
  }

  /** What was said while the connection was lost is lost. */
  async #upAgain(): Promise<void> {
    await Promise.all(
      [...this.#watched.values()].map(async (watched) => {
        if (!watched.listening) return
        await this.#subscribe(watched)
        await this.#look(watched)
        watched.wakes.wakeAll()
      }),
    )
  }

  /** Marks it, compares it with what was seen, and comes again later. */
  async #look(watched: Watched): Promise<void> {
    clearTimeout(watched.timer)
    const now = await this.#sightOf(watched)
    if (this.#watched.get(watched.id) !== watched) return
    const known = watched.seen
    watched.seen = now
    if (watched.listening && (now === undefined || known !== now)) watched.wakes.wakeAll()
    if (known !== now) watched.pauseMs = SHORTEST_MS
    // Where it is marked and listened to, a look is only for what got lost.
    const told = watched.told && now !== ABSENT && now !== undefined
    watched.pauseMs = told ? LONGEST_MS : Math.min(LONGEST_MS, watched.pauseMs * 1.5)
    clearTimeout(watched.timer)
    const pauseMs = watched.pauseMs * (0.75 + Math.random() / 2)
    watched.timer = setTimeout(() => void this.#look(watched), pauseMs).unref()
  }

  /** `undefined` where it can't be seen just now: who waits looks for himself then, and meets the error there. */
  async #sightOf({ key }: Watched): Promise<string | undefined> {
    try {
      const sight = await this.#keyspace.server.run(scripts.look, [key], [])
      return (sight as Buffer).toString('latin1')
    } catch {
      return undefined
    }
  }

  #end(watched: Watched): void {
    if (this.#watched.get(watched.id) !== watched) return
    this.#watched.delete(watched.id)
    clearTimeout(watched.timer)
    watched.wakes.clear()
    this.#channels.leave(watched.key, () => this.#watched.has(watched.id))
  }
}

interface Watched {
  readonly id: ReceiptId
  readonly key: string
  readonly wakes: Wakes
  /** What the last look saw; `undefined` before, and where it saw nothing. */
  seen: string | undefined
  pauseMs: number
  timer: NodeJS.Timeout | undefined
  /** Whether its channel is subscribed to. */
  told: boolean
  listening: boolean
  readersWaiting: number
  listens: Promise<void>
}

const ABSENT = ''
