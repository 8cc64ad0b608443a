import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib'
import { OptionInvalid } from '../../core/index.ts'
import { CallerGone } from '../caller-gone.ts'
import { HttpRefusal } from '../problem.ts'
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
    if (hasNoBody(request)) return { as: 'bytes', bytes: new Uint8Array(), received: new Uint8Array() }
    throw unseen('read before, and nothing of it is left to see')
  }
  const bytes = await read(request, maxBytes)
  putBack(request, bytes)
  const { 'content-encoding': encoding } = request.headers
  return { as: 'bytes', bytes: await decoded(bytes, encoding, maxBytes), received: bytes }
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

type Decoder = (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>

const decoders: Readonly<Record<string, Decoder>> = {
  gzip: promisify(gunzip) as Decoder,
  'x-gzip': promisify(gunzip) as Decoder,
  deflate: promisify(inflate) as Decoder,
  br: promisify(brotliDecompress) as Decoder,
  ...(zstdDecompress ? { zstd: promisify(zstdDecompress) as Decoder } : {}),
}

/** As its bytes stand where the coding is unknown, or the bytes aren't what it says. */
async function decoded(bytes: Buffer, encoding: string | undefined, maxBytes: number): Promise<Uint8Array> {
  let at: Uint8Array = bytes
  for (const coding of codingsOf(encoding)) {
    const decode = Object.hasOwn(decoders, coding) ? decoders[coding] : undefined
    if (decode === undefined) return bytes
    try {
      at = await decode(at, { maxOutputLength: Math.max(1, maxBytes) })
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes)
      return bytes
    }
  }
  return at
}

/** In the order in which they are undone (RFC 9110, section 8.4). */
function codingsOf(encoding = ''): string[] {
  const codings = encoding.split(',').map((coding) => coding.trim().toLowerCase())
  return codings.filter((coding) => coding !== '' && coding !== 'identity').reverse()
}

function unseen(what: string): OptionInvalid {
  return new OptionInvalid(
    'body',
    `the body is ${what}; put the idempotency before whatever reads it, or have the parser set request.body to a value`,
  )
}

function tooLarge(maxBytes: number): HttpRefusal {
  return new HttpRefusal(
    'body_too_large',
    `The body is larger than the ${maxBytes} bytes that are read to tell this request from another.`,
  )
}
