import { NoAnswer } from './faults.ts'

/** More than two statements under way at once gained nothing; one was a third slower at 512 callers. */
const MAX_UNDER_WAY = 2
const MAX_ALONE = 4
const BEGIN_WITHIN_MS = 5_000

interface Waiting<Item, Answer> {
  readonly item: Item
  resolve(answer: Answer): void
  reject(error: unknown): void
}

export interface LaneOptions<Item, Answer> {
  readonly maxBatch: number
  /** One statement for all; an answer for each, in their order. */
  send(items: readonly Item[]): Promise<readonly Answer[]>
  /** The same for one, with all the patience that it may have; for those whose batch was refused. */
  alone(item: Item): Promise<Answer>
  /** Nothing of the batch was written, because of one of them. */
  wroteNothing(error: unknown): boolean
}

/**
 * Calls that arrive together travel together. While nothing is under way a call goes at once; what arrives meanwhile
 * goes at the end of that turn of the event loop, and then whenever a statement comes back: so a batch is as large as
 * the load makes it, and nobody waits for one to fill.
 *
 * A batch that is refused as a whole is sent again one by one, so that one request's failure is never another's.
 */
export class Lane<Item, Answer> {
  readonly #options: LaneOptions<Item, Answer>
  #queue: Waiting<Item, Answer>[] = []
  #underWay = 0
  #alone = 0
  readonly #toGoAlone = new Set<() => void>()
  #flushing: NodeJS.Immediate | undefined

  constructor(options: LaneOptions<Item, Answer>) {
    this.#options = options
  }

  push(item: Item): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      this.#queue.push({ item, resolve, reject })
      if (this.#underWay === 0) this.#dispatch()
      else if (this.#underWay < MAX_UNDER_WAY) this.#flushing ??= setImmediate(() => this.#flush())
    })
  }

  #flush(): void {
    this.#flushing = undefined
    while (this.#queue.length > 0 && this.#underWay < MAX_UNDER_WAY) this.#dispatch()
  }

  #dispatch(): void {
    const batch = this.#queue.splice(0, this.#options.maxBatch)
    this.#underWay += 1
    void this.#carry(batch).finally(() => {
      this.#underWay -= 1
      this.#flushing ??= setImmediate(() => this.#flush())
    })
  }

  /** Only so many hold a connection while they wait; who can't even begin in time is refused. */
  #sendAlone(waiting: Waiting<Item, Answer>): void {
    if (this.#alone >= MAX_ALONE) {
      const bound = setTimeout(() => {
        this.#toGoAlone.delete(begin)
        waiting.reject(new NoAnswer('connection', BEGIN_WITHIN_MS))
      }, BEGIN_WITHIN_MS)
      const begin = (): void => {
        clearTimeout(bound)
        this.#sendAlone(waiting)
      }
      this.#toGoAlone.add(begin)
      return
    }
    this.#alone += 1
    this.#options
      .alone(waiting.item)
      .finally(() => {
        this.#alone -= 1
        const [next] = this.#toGoAlone
        if (next === undefined) return
        this.#toGoAlone.delete(next)
        next()
      })
      .then(waiting.resolve, waiting.reject)
  }

  async #carry(batch: readonly Waiting<Item, Answer>[]): Promise<void> {
    try {
      const answers = await this.#options.send(batch.map(({ item }) => item))
      batch.forEach(({ resolve }, index) => {
        resolve(answers[index] as Answer)
      })
    } catch (error) {
      if (!this.#options.wroteNothing(error)) {
        for (const { reject } of batch) reject(error)
        return
      }
      // Not awaited: what waits for somebody's transaction keeps no other batch from going.
      for (const waiting of batch) this.#sendAlone(waiting)
    }
  }
}
