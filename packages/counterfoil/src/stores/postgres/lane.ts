import { NoAnswer } from './faults.ts'
import { Turns } from './turns.ts'

/** More than two statements under way at once gained nothing; one was a third slower at 512 callers. */
const MAX_UNDER_WAY = 2
/** Of those whose batch was refused, so many are tried at a time; and so many wait for somebody's transaction. */
const MAX_TRIED = 2
const MAX_PATIENT = 4
/** Who can't even begin in this time is refused. */
const BEGIN_WITHIN_MS = 5_000

interface Waiting<Item, Answer> {
  readonly item: Item
  readonly since: number
  resolve(answer: Answer): void
  reject(error: unknown): void
}

export interface LaneOptions<Item, Answer> {
  readonly maxBatch: number
  /** One statement for all; an answer for each, in their order. */
  send(items: readonly Item[]): Promise<readonly Answer[]>
  /** The same for one whose batch was refused. Where somebody holds what it is about it waits for a moment, or for long. */
  alone(item: Item, waits: 'briefly' | 'long'): Promise<Answer>
  /** Nothing of the batch was written, because of one of them. */
  wroteNothing(error: unknown): boolean
  /** Nothing was written, since somebody's open transaction holds it. */
  isHeld(error: unknown): boolean
}

/**
 * Calls that arrive together travel together. While nothing is under way a call goes at once; what arrives meanwhile
 * goes at the end of that turn of the event loop, and then whenever a statement comes back: so a batch is as large as
 * the load makes it, and nobody waits for one to fill.
 *
 * A batch that is refused as a whole is sent again one by one, so that one request's failure is never another's. Those that
 * somebody holds are set aside, or the others would wait for them: of 200 held and 50 free all 50 were refused.
 */
export class Lane<Item, Answer> {
  readonly #options: LaneOptions<Item, Answer>
  #queue: Waiting<Item, Answer>[] = []
  #underWay = 0
  readonly #tried = new Turns(MAX_TRIED)
  readonly #patient = new Turns(MAX_PATIENT)
  #flushing: NodeJS.Immediate | undefined
  #bound: NodeJS.Timeout | undefined

  constructor(options: LaneOptions<Item, Answer>) {
    this.#options = options
  }

  push(item: Item): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      this.#queue.push({ item, since: performance.now(), resolve, reject })
      if (this.#underWay === 0) this.#dispatch()
      else if (this.#underWay < MAX_UNDER_WAY) this.#flushing ??= setImmediate(() => this.#flush())
      else this.#bound ??= this.#refuseLate(BEGIN_WITHIN_MS)
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

  /** A server that doesn't answer would otherwise hold up those who wait here by one bound after another. */
  #refuseLate(inMs: number): NodeJS.Timeout {
    return setTimeout(() => {
      const now = performance.now()
      const inTime = this.#queue.findIndex(({ since }) => now < since + BEGIN_WITHIN_MS)
      const late = this.#queue.splice(0, inTime < 0 ? this.#queue.length : inTime)
      for (const { reject } of late) reject(noTurn())
      const [first] = this.#queue
      this.#bound = first && this.#refuseLate(first.since + BEGIN_WITHIN_MS - now)
    }, inMs).unref()
  }

  async #alone(item: Item): Promise<Answer> {
    const { alone, isHeld } = this.#options
    try {
      return await this.#tried.take(BEGIN_WITHIN_MS, noTurn, () => alone(item, 'briefly'))
    } catch (error) {
      if (!isHeld(error)) throw error
      return await this.#patient.take(
        BEGIN_WITHIN_MS,
        () => error,
        () => alone(item, 'long'),
      )
    }
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
      for (const { item, resolve, reject } of batch) this.#alone(item).then(resolve, reject)
    }
  }
}

function noTurn(): NoAnswer {
  return new NoAnswer('connection', BEGIN_WITHIN_MS)
}
