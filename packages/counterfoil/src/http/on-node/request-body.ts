import { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { OptionInvalid } from '../../core/index.ts'
import { CallerGone } from '../caller-gone.ts'
import { decoded, tooLarge } from '../decoded.ts'
import type { SeenBody } from '../request.ts'

/**
 * The request's body: what a parser has left of it, or its bytes, which the handler can then read as if nobody had.
 *
 * @param body what a parser has made of it; `undefined` where none has been at it
 * @throws {HttpRefusal} where it is larger than the limit, as received or decoded
 * @throws {OptionInvalid} where somebody has read it and left nothing
 * @throws {CallerGone} where it broke off: nothing ran
 */
export async function bodyOf(request: IncomingMessage, body: unknown, maxBytes: number): Promise<SeenBody> {
  if (body instanceof Uint8Array) return { as: 'bytes', bytes: body }
  if (body instanceof Readable && body !== request) throw unseen('a stream that cannot be read twice')
  if (body !== undefined && body !== request) return { as: 'value', value: body }
  if (request.destroyed && !request.readableEnded) throw new CallerGone()
  const read = request.readableDidRead || request.readableEnded
  if (read || request.readableFlowing) {
    if (hasNoBody(request)) return { as: 'bytes', bytes: new Uint8Array(), received: new Uint8Array() }
    throw unseen(read ? 'read before, and nothing of it is left to see' : 'being read by somebody else')
  }
  const received = await new Arriving(request, maxBytes).whole
  const encoding = request.headers['content-encoding']
  const bytes = encoding === undefined ? received : await decoded(received, encoding, maxBytes)
  return { as: 'bytes', bytes, received }
}

function hasNoBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] === undefined && (headers['content-length'] ?? '0') === '0'
}

/** Where a request keeps who looks on while it arrives. */
const ARRIVING = Symbol('counterfoil.arriving')

type ArrivingRequest = IncomingMessage & { [ARRIVING]?: Arriving }

const { push } = IncomingMessage.prototype

/** One for all requests: with a function of its own on each, V8 keeps it alive until its next full collection. */
function pushSeen(this: ArrivingRequest, chunk: Buffer | null, encoding?: BufferEncoding): boolean {
  const room = push.call(this, chunk, encoding)
  const arriving = this[ARRIVING]
  arriving?.see(chunk)
  // However much waits in the stream: nobody reads it before all of it is here.
  return room || (chunk !== null && arriving?.over === false)
}

/**
 * A body as the parser of HTTP hands it to its stream, before anybody reads it. The stream itself stays untouched: what
 * has arrived waits in it.
 */
class Arriving {
  over = false
  readonly whole: Promise<Buffer>
  readonly #request: ArrivingRequest
  readonly #maxBytes: number
  readonly #chunks: Buffer[]
  #size = 0
  #resolve!: (bytes: Buffer) => void
  #reject!: (error: Error) => void

  constructor(request: ArrivingRequest, maxBytes: number) {
    this.#request = request
    this.#maxBytes = maxBytes
    this.whole = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.#chunks = arrivedIn(request)
    for (const { length } of this.#chunks) this.#size += length
    request[ARRIVING] = this
    request.push = pushSeen
    request.on('close', this.#left)
    if (request.complete || this.#size > maxBytes) this.#judge()
  }

  /** @param chunk `null` at its end */
  see(chunk: Buffer | null): void {
    if (chunk !== null) this.#chunks.push(chunk)
    this.#size += chunk?.length ?? 0
    if (chunk === null || this.#size > this.#maxBytes) this.#judge()
  }

  #judge(): void {
    this.#end()
    if (this.#size > this.#maxBytes) this.#reject(tooLarge(this.#maxBytes))
    else this.#resolve(joined(this.#chunks))
  }

  readonly #left = (): void => {
    this.#end()
    this.#reject(new CallerGone())
  }

  #end(): void {
    this.over = true
    this.#request.push = push
    this.#request.off('close', this.#left)
  }
}

function joined(chunks: readonly Buffer[]): Buffer {
  const [first, ...more] = chunks
  return first !== undefined && more.length === 0 ? first : Buffer.concat(chunks)
}

/**
 * What was here before anybody asked, as after an authentication that took its time: looked at, and not read, since a
 * stream that was read is none that others can take over.
 */
function arrivedIn(request: IncomingMessage): Buffer[] {
  if (request.readableLength === 0) return []
  const { buffer, bufferIndex = 0 } = (request as unknown as { _readableState: ReadableBuffer })
    ._readableState
  const pieces = Array.isArray(buffer) ? buffer.slice(bufferIndex) : []
  const length = pieces.reduce((sum: number, piece: { length: number }) => sum + piece.length, 0)
  if (length !== request.readableLength || !pieces.every((piece) => piece instanceof Uint8Array)) {
    throw unseen('here as text, and its bytes are gone')
  }
  // It may have stopped the connection for being full.
  const { socket } = request as unknown as { socket: Socket & { _paused?: boolean } }
  if (!request.complete && !socket._paused) socket.resume()
  return pieces.map((piece) => Buffer.from(piece.buffer, piece.byteOffset, piece.length))
}

/** Where Node keeps what nobody has read yet. */
interface ReadableBuffer {
  readonly buffer?: unknown
  readonly bufferIndex?: number
}

function unseen(what: string): OptionInvalid {
  return new OptionInvalid(
    'body',
    `the body is ${what}; put the idempotency before whatever reads it, or have the parser set request.body to a value`,
  )
}
