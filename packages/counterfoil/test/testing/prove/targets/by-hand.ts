import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { keyFromHeader } from '../../../../src/core/key-header.ts'
import { type Asked, Book, type Entry } from './book.ts'
import { type Answer, refusal, UpstreamRefused } from './charge.ts'
import { credentialsOf } from './credentials.ts'
import { send } from './send.ts'
import type { Fault, TargetTerms } from './terms.ts'

type Run = (request: IncomingMessage) => Promise<Answer>

const STILL_RUNNING: Answer = refusal(409, 'A request with this key is still in progress.', [
  ['Retry-After', '1'],
])
const LONGEST_KEY = 255
const EMPTY: Answer = { status: 200, lines: [], body: Buffer.alloc(0) }

/**
 * An idempotency layer as a team writes one by hand, for one process on one file. With no fault it is right; every `this.#is(…)`
 * is a place where one is made.
 */
export class ByHand {
  readonly #terms: TargetTerms
  readonly #book: Book
  readonly #run: Run
  readonly #running = new Map<string, Promise<Answer>>()

  constructor(file: string, terms: TargetTerms, run: Run) {
    this.#terms = terms
    this.#book = new Book(file)
    this.#run = run
    if (this.#is('forgets its outcomes at a restart')) this.#book.forgetSettled()
    if (this.#is('is wedged by a crash')) return
    if (terms.guarantee === 'at-most-once') this.#book.abandonRunning()
    else this.#book.releaseRunning()
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request)
    const key = this.#keyOf(request)
    if (typeof key === 'object') return send(response, key)
    if (key === undefined) return send(response, await this.#answered(request))
    const id = JSON.stringify([this.#tenantOf(request), this.#pathOf(request), key])
    const asked = { id, owner: randomUUID(), request: this.#comparable(body) }
    const claim = await this.#claim(asked)
    if (claim === 'claimed') return this.#first(asked, request, response)
    send(response, await this.#second(asked, claim))
  }

  async #claim(asked: Asked): Promise<'claimed' | Entry> {
    const known = this.#book.find(asked.id)
    if (this.#is('keeps an outcome no longer than its lease') && known?.settledAt) {
      if (known.settledAt + this.#terms.leaseMs < Date.now()) this.#book.release(known)
    }
    if (!this.#is('checks, and then sets')) return this.#book.claim(asked)
    await pause(30)
    if (known !== undefined) return known
    this.#book.drop(asked.id)
    return this.#book.claim(asked)
  }

  async #first(asked: Asked, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const running = this.#settled(asked, request, response)
    this.#running.set(asked.id, running)
    try {
      send(response, await running)
    } finally {
      if (this.#running.get(asked.id) === running) this.#running.delete(asked.id)
    }
  }

  async #settled(asked: Asked, request: IncomingMessage, response: ServerResponse): Promise<Answer> {
    const answering = this.#answered(request)
    if (this.#is('is wedged by a caller who hangs up')) await Promise.race([answering, hungUp(response)])
    const answer = await answering
    if (answer.status === 502 && this.#is('is wedged by a refused upstream')) return answer
    if (this.#ranNothing(answer)) this.#book.release(asked)
    else this.#book.settle(asked, answer)
    return answer
  }

  #ranNothing({ status }: Answer): boolean {
    if (status === 429) return !this.#is('keeps a 429 as the outcome')
    return status === 502 || (status >= 500 && this.#terms.guarantee === 'at-least-once')
  }

  async #second(asked: Asked, known: Entry): Promise<Answer> {
    const runs = known.state === 'running'
    const looks = !runs || !this.#is('compares bodies only with an outcome')
    if (looks && asked.request !== known.request) {
      const detail = `This key was used with another request${this.#told(known)}.`
      return this.#refuse(known, refusal(this.#terms.conflictStatus, detail))
    }
    if (known.state === 'unknown') return refusal(409, 'The outcome of the request with this key is unknown.')
    if (known.answer !== null) return this.#replay(known.answer)
    if (this.#is('answers what still runs with an empty 200')) return EMPTY
    if (this.#terms.duplicate === 'is refused') return this.#refuse(known, STILL_RUNNING)
    const answer = await this.#running.get(known.id)?.catch(() => undefined)
    return answer === undefined ? STILL_RUNNING : this.#replay(answer)
  }

  #refuse(known: Entry, refused: Answer): Answer {
    if (known.state !== 'running') return refused
    if (this.#is('lets a refused duplicate drop the lock of the running one')) this.#book.drop(known.id)
    if (this.#is('keeps the refusal of a duplicate as the outcome')) this.#book.settle(known, refused)
    return refused
  }

  #told({ request, answer }: Entry): string {
    if (this.#is('tells the stored request in a refusal')) return `: ${request}`
    return answer && this.#is('tells the stored outcome in a refusal')
      ? `, with the outcome ${answer.body}`
      : ''
  }

  /** A refusal that ran nothing is no outcome: who waited for it gets it as it is. */
  #replay(answer: Answer): Answer {
    if (this.#ranNothing(answer)) return answer
    const { status, lines, body } = answer
    const drops = this.#is('drops a field on a replay')
    return {
      status: this.#is('answers a replay with 200') ? 200 : status,
      lines: [...lines.filter(([name]) => !(drops && name === 'Location')), ['Idempotent-Replayed', 'true']],
      body: this.#is('writes JSON anew on a replay')
        ? Buffer.from(JSON.stringify(JSON.parse(`${body}`)))
        : body,
    }
  }

  #keyOf({ headersDistinct }: IncomingMessage): string | undefined | Answer {
    const lines = headersDistinct['idempotency-key'] ?? []
    if (lines.length === 0) {
      if (this.#is('takes a missing key for one')) return 'undefined'
      return this.#terms.keys === 'required' ? refusal(400, 'Give an Idempotency-Key.') : undefined
    }
    const given = lines.join(', ')
    const cut = this.#is('cuts long keys') ? lines.map((line) => line.slice(0, LONGEST_KEY)) : lines
    try {
      const key = keyFromHeader(cut)
      return this.#is('takes quotes for a part of the key') ? given : key
    } catch (error) {
      if (this.#is('checks no keys')) return given
      return refusal(400, (error as Error).message)
    }
  }

  #tenantOf(request: IncomingMessage): string {
    return this.#is('keeps no tenants apart') ? 'all' : credentialsOf(request)
  }

  #pathOf({ url = '' }: IncomingMessage): string {
    return this.#is('keeps no paths apart') ? 'all' : url
  }

  #comparable(body: Buffer): string {
    if (this.#is('compares no bodies')) return ''
    if (body.length > 4096 && this.#is('compares only the first 4 KiB of a body'))
      return `${body.subarray(0, 4096)}`
    try {
      return JSON.stringify(JSON.parse(`${body}`), (_name, value) => inOrder(value))
    } catch {
      return `${body}`
    }
  }

  /** A refused connection is an answer too. */
  async #answered(request: IncomingMessage): Promise<Answer> {
    try {
      return await this.#run(request)
    } catch (error) {
      if (error instanceof UpstreamRefused) return refusal(502, 'The upstream refused the connection.')
      throw error
    }
  }

  #is(fault: Fault): boolean {
    return this.#terms.fault === fault
  }
}

/** Rejects when the caller is gone. */
async function hungUp(response: ServerResponse): Promise<never> {
  if (!response.destroyed) await once(response, 'close')
  throw new Error('the caller has hung up')
}

function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
