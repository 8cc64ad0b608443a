import type { IncomingMessage } from 'node:http'
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
  if (request.readableDidRead || request.readableEnded) {
    if (hasNoBody(request)) return { as: 'bytes', bytes: new Uint8Array() }
    throw unseen('read before, and nothing of it is left to see')
  }
  const bytes = await read(request, maxBytes)
  putBack(request, bytes)
  return { as: 'bytes', bytes: await decoded(bytes, request.headers['content-encoding'], maxBytes) }
}

function hasNoBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] === undefined && (headers['content-length'] ?? '0') === '0'
}

async function read(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  const whole = new Promise<void>((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > maxBytes) reject(tooLarge(maxBytes))
      else chunks.push(chunk)
    })
    request.on('end', resolve)
    request.on('error', () => reject(new CallerGone()))
    request.on('close', () => reject(new CallerGone()))
  })
  try {
    await whole
    return Buffer.concat(chunks)
  } finally {
    for (const event of ['data', 'end', 'error', 'close']) request.removeAllListeners(event)
  }
}

/** The stream begins anew, with all of its bytes in it. */
function putBack(request: IncomingMessage, bytes: Buffer): void {
  const stream: Readable = request
  ;(Readable as unknown as (this: Readable, options: object) => void).call(stream, { autoDestroy: false })
  if (bytes.length > 0) stream.push(bytes)
  stream.push(null)
}

function unseen(what: string): OptionInvalid {
  return new OptionInvalid(
    'body',
    `the body is ${what}; put the idempotency before whatever reads it, or have the parser set request.body to a value`,
  )
}
