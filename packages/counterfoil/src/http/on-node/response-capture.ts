import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Captured, Response } from '../endings.ts'
import { type FieldLines, flat, REPLAYED } from '../field-lines.ts'
import { type ClosedByHandler, type ShownSocket, unendingSocket } from './alive.ts'
import { fieldLines, isEventStream, isMark, linesOf, rawList, validateHead } from './head.ts'
import { type Internals, install, type Overridable, type Overridden, type Writable } from './internals.ts'
import { bodyFor, sendResponse } from './send-response.ts'
import { bytesOf, type Callback, callbackIn, failure } from './written.ts'

/** How many are held at most before they are joined. */
const MANY_PIECES = 1024

/** Where a response keeps who holds it back. */
const CAPTURE = Symbol('counterfoil.capture')

type Capturing = ServerResponse & { [CAPTURE]?: ResponseCapture }

/**
 * Holds a response back while its handler makes it, through every way that leads to the wire: each of them ends in
 * `writeHead`, `write` or `end`. What others have wrapped around the response before, such as a compression, gets it
 * when it is sent, and so again with every replay. Past the limit, or as an event stream, it goes out as it comes.
 */
export class ResponseCapture implements ClosedByHandler {
  static readonly #shared = ResponseCapture.#methods((response) => response[CAPTURE] as ResponseCapture)

  /** Resolves when the handler has ended its response, or broken it off. */
  readonly captured: Promise<Captured>
  readonly #response: Writable<ServerResponse>
  readonly #limit: number
  readonly #original: Pick<ServerResponse, Overridden>
  readonly #socket: Socket
  readonly #shown: ShownSocket
  /** What others had set before the handler began: another response has it too. */
  readonly #before: FieldLines
  /** Once the head is written, until it is sent. */
  #head: Head | undefined
  readonly #chunks: Buffer[] = []
  #size = 0
  #mode: 'holding' | 'streaming' | 'ended' | 'released' = 'holding'
  #streams: 'too_large' | 'streamed' = 'streamed'
  /** Whether the connection closed under the handler, which is not to notice. */
  #callerGone = false
  #whenSent: Callback | undefined
  /** What the handler closed once it had ended its response, which is still to go out. */
  readonly #closings: (() => void)[] = []
  /** Of writes to a connection that may close before it has taken them. */
  readonly #writing = new Set<Callback>()
  #conclude!: (captured: Captured) => void

  constructor(response: ServerResponse, limit: number) {
    this.#response = response
    this.#limit = limit
    this.#before = linesOf(response)
    const { writeHead, write, end, flushHeaders, emit, destroy } = response
    this.#original = { writeHead, write, end, flushHeaders, emit, destroy }
    this.captured = new Promise((resolve) => {
      this.#conclude = resolve
    })
    const own = response as Capturing
    // Of two around one handler, the inner one can't be found by the response.
    install(own, own[CAPTURE] ? ResponseCapture.#methods(() => this) : ResponseCapture.#shared)
    own[CAPTURE] ??= this
    this.#socket = response.req.socket
    this.#shown = unendingSocket(this.#socket)
    this.#shown.holder = this
    const request = response.req as Writable<IncomingMessage>
    request.socket = this.#shown.facade
    // With nothing to send there is nothing that Node itself would do with it.
    if (response.socket === this.#socket) this.#response.socket = this.#shown.facade
  }

  /**
   * The same functions for all responses: with functions of its own on each, V8 keeps every response alive until its
   * next full collection.
   */
  static #methods(of: (response: Capturing) => ResponseCapture): Overridable<Capturing> {
    return {
      writeHead(...args) {
        return of(this).#writeHead(args)
      },
      write(chunk, ...rest) {
        return of(this).#write(chunk, rest)
      },
      end(...args) {
        return of(this).#end(args)
      },
      flushHeaders() {
        of(this).#flushHeaders()
      },
      destroy(error) {
        return of(this).#breakOff(error as Error | undefined)
      },
      emit(event, ...args) {
        return of(this).#emit(event as string, args)
      },
    }
  }

  /** The handler threw; what it had held back is dropped. */
  fail(error: unknown): void {
    if (this.#mode === 'holding') this.#ended({ kind: 'threw', error })
    else if (this.#mode === 'streaming') this.#breakOff()
  }

  /** The handler closed the connection. */
  closed(error: Error | undefined, close: () => void): void {
    if (this.#mode === 'ended') this.#closings.push(close)
    else {
      this.fail(error ?? new ConnectionClosed())
      close()
    }
  }

  /** Sends what was held back. */
  release(): void {
    this.#restore()
    if (this.#callerGone) {
      this.#finishForNobody(this.#whenSent)
      return
    }
    this.#sendHead()
    const [body, encoding] = bodyFor(this.#original.end, this.#body)
    this.#closeWhenSent()
    this.#original.end.call(this.#response, body, encoding, this.#whenSent)
  }

  /** Sends another response in place of the one that was held back, of which nothing has gone out. */
  replace(other: Response, beforeSending: () => void): void {
    this.#restore()
    if (this.#callerGone) this.#tellClosed()
    this.#internals._header = null
    for (const name of this.#response.getHeaderNames()) this.#response.removeHeader(name)
    for (const [name, value] of this.#before) this.#response.appendHeader(name, value)
    this.#response.statusMessage = ''
    beforeSending()
    if (this.#whenSent) this.#response.once('finish', this.#whenSent)
    this.#closeWhenSent()
    sendResponse(this.#response, other)
  }

  get #body(): Buffer {
    const [first, ...more] = this.#chunks
    return first !== undefined && more.length === 0 ? first : Buffer.concat(this.#chunks)
  }

  #writeHead([given, ...rest]: unknown[]): ServerResponse {
    // As Node does, for which '201' is 201.
    const status = (given as number) | 0
    const response = this.#response
    if (this.#head !== undefined) throw failure('ERR_HTTP_HEADERS_SENT', 'the head was written before')
    const headers = rest.find((arg) => typeof arg === 'object' && arg !== null)
    const message = rest.find((arg) => typeof arg === 'string')
    const raw = headers === undefined ? [] : rawList(headers).filter(([name]) => !isMark(name))
    validateHead(status, message, raw)
    response.statusCode = status
    if (message !== undefined) response.statusMessage = message as string
    response.removeHeader(REPLAYED)
    // As Node does: a list alone goes out as it stands, and else each field takes the place of one set before.
    const alone = Array.isArray(headers) && response.getHeaderNames().length === 0
    if (!alone) {
      for (const [name] of raw) response.removeHeader(name)
      for (const [name, value] of raw) response.appendHeader(name, value as string)
    }
    const lines = alone ? fieldLines(raw) : linesOf(response)
    this.#head = { status, message: response.statusMessage, lines, alone }
    this.#internals._header = 'held back'
    return response
  }

  #writeHeadIfNone(): Head {
    if (this.#head === undefined) this.#response.writeHead(this.#response.statusCode)
    return this.#head as Head
  }

  /** Through what others have wrapped around it. */
  #sendHead(): void {
    const { status, message, lines, alone } = this.#head as Head
    this.#internals._header = null
    // Whatever the handler has set since: for it, the head had gone out.
    this.#response.statusMessage = message
    if (alone) this.#original.writeHead.call(this.#response, status, flat(lines))
    else this.#original.writeHead.call(this.#response, status)
  }

  #write(chunk: unknown, rest: unknown[]): boolean {
    const callback = callbackIn(rest)
    if (this.#mode === 'ended') {
      return this.#tooLate(callback, failure('ERR_STREAM_WRITE_AFTER_END', 'write after end'))
    }
    const bytes = bytesOf(chunk, rest[0])
    if (this.#mode === 'holding') this.#hold(bytes)
    else if (!this.#callerGone) return this.#send(bytes, callback)
    if (callback) process.nextTick(callback)
    return true
  }

  #send(bytes: Buffer, callback: Callback | undefined): boolean {
    if (callback === undefined) return this.#original.write.call(this.#response, bytes, 'utf8')
    this.#writing.add(callback)
    return this.#original.write.call(this.#response, bytes, 'utf8', (error) => {
      if (this.#writing.delete(callback)) callback(error)
    })
  }

  #hold(bytes: Buffer): void {
    const { lines } = this.#writeHeadIfNone()
    if (bytes.length > 0) this.#chunks.push(bytes)
    // A piece takes more memory than its bytes.
    if (this.#chunks.length === MANY_PIECES) this.#chunks.splice(0, MANY_PIECES, this.#body)
    this.#size += bytes.length
    if (isEventStream(lines)) this.#stream('streamed')
    else if (this.#size > this.#limit) this.#stream('too_large')
  }

  #flushHeaders(): void {
    const { lines } = this.#writeHeadIfNone()
    if (this.#mode !== 'holding' || !isEventStream(lines)) return
    this.#stream('streamed')
    this.#original.flushHeaders.call(this.#response)
  }

  #stream(why: 'too_large' | 'streamed'): void {
    this.#mode = 'streaming'
    this.#streams = why
    this.#showRealSocketToNode()
    this.#sendHead()
    const body = this.#body
    this.#chunks.length = 0
    if (body.length > 0) this.#original.write.call(this.#response, body, 'utf8')
  }

  #end(args: unknown[]): ServerResponse {
    const callback = callbackIn(args)
    const chunk = typeof args[0] === 'function' ? undefined : args[0]
    if (this.#mode === 'ended') {
      this.#tooLate(callback, failure('ERR_STREAM_ALREADY_FINISHED', 'end() was called before'))
      return this.#response
    }
    const last = chunk === undefined || chunk === null ? Buffer.alloc(0) : bytesOf(chunk, args[1])
    const held = this.#mode === 'holding'
    if (held) {
      this.#lengthIsKnown(last.length)
      this.#hold(last)
    }
    if (this.#mode === 'holding') {
      this.#whenSent = callback
      this.#ended({ kind: 'response', ...this.#responseHead(), body: this.#body })
    } else {
      this.#streamed(true)
      this.#restore()
      if (this.#callerGone) this.#finishForNobody(callback)
      // What was held has gone out with the rest of it.
      else this.#original.end.call(this.#response, held ? Buffer.alloc(0) : last, 'utf8', callback)
    }
    return this.#response
  }

  /** As Node does where a response is ended before its head was written. */
  #lengthIsKnown(length: number): void {
    const { statusCode } = this.#response
    if (this.#head !== undefined || statusCode === 204 || statusCode === 304) return
    if (['content-length', 'transfer-encoding', 'trailer'].some((name) => this.#response.hasHeader(name)))
      return
    this.#response.setHeader('Content-Length', length)
  }

  #breakOff(error?: Error): ServerResponse {
    if (this.#mode === 'streaming') this.#streamed(false)
    else if (this.#mode === 'holding') {
      this.#ended({ kind: 'threw', error: error ?? new Error('the handler destroyed its response') })
      return this.#response
    } else if (this.#mode === 'ended') {
      this.#closings.push(() => this.#original.destroy.call(this.#response, error))
      return this.#response
    }
    this.#restore()
    if (this.#callerGone) this.#tellClosed()
    return this.#original.destroy.call(this.#response, error)
  }

  #streamed(whole: boolean): void {
    this.#ended({ kind: 'streamed', ...this.#responseHead(), why: this.#streams, whole })
  }

  #ended(captured: Captured): void {
    this.#mode = 'ended'
    this.#internals.finished = true
    this.#conclude(captured)
  }

  /** A caller that disconnects doesn't stop the attempt: the handler goes on as if it were there. */
  #emit(event: string, args: unknown[]): boolean {
    if (event !== 'close') return this.#original.emit.call(this.#response, event, ...args)
    this.#callerGone = true
    // Stream utilities would not write to it, nor wait for it.
    this.#internals.destroyed = false
    this.#internals._closed = false
    for (const callback of this.#writing) process.nextTick(callback)
    this.#writing.clear()
    if (this.#mode === 'streaming') this.#original.emit.call(this.#response, 'drain')
    return true
  }

  #showRealSocketToNode(): void {
    if (this.#response.socket === this.#shown.facade) this.#response.socket = this.#socket
  }

  #restore(): void {
    this.#mode = 'released'
    this.#shown.holder = undefined
    const request = this.#response.req as Writable<IncomingMessage>
    request.socket = this.#socket
    this.#showRealSocketToNode()
    install(this.#response, this.#original)
    this.#internals.finished = false
  }

  /** The caller has gone, and the handler is to go on as if it had its answer. */
  #finishForNobody(whenSent: Callback | undefined): void {
    this.#internals.finished = true
    process.nextTick(() => {
      whenSent?.()
      this.#response.emit('finish')
      this.#tellClosed()
    })
  }

  #tellClosed(): void {
    this.#internals.destroyed = true
    this.#internals._closed = true
    this.#response.emit('close')
  }

  #closeWhenSent(): void {
    for (const close of this.#closings) this.#response.once('finish', close)
  }

  get #internals(): Internals {
    return this.#response as unknown as Internals
  }

  #tooLate(callback: Callback | undefined, error: Error): false {
    if (callback) process.nextTick(callback, error)
    return false
  }

  #responseHead(): { status: number; headers: FieldLines } {
    const { status, lines: headers } = this.#writeHeadIfNone()
    return { status, headers }
  }
}

interface Head {
  readonly status: number
  /** The reason phrase, where the handler gave one. */
  readonly message: string
  readonly lines: FieldLines
  /** Node is to send these lines as they stand; else it has them already. */
  readonly alone: boolean
}

/** What the handler had done by then, nobody knows: by its code it counts as an error of the network. */
class ConnectionClosed extends Error {
  readonly code = 'ECONNABORTED'
  override readonly message = 'the connection was closed by this process before the response was ended'
}
