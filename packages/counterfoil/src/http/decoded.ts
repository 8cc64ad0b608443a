import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib'
import { HttpRefusal } from './problem.ts'

type Decoder = (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>

const decoders: Readonly<Record<string, Decoder>> = {
  gzip: promisify(gunzip) as Decoder,
  'x-gzip': promisify(gunzip) as Decoder,
  deflate: promisify(inflate) as Decoder,
  br: promisify(brotliDecompress) as Decoder,
  ...(zstdDecompress ? { zstd: promisify(zstdDecompress) as Decoder } : {}),
}

/**
 * A request's body as it is compared: without its content codings, or as its bytes stand where a coding is unknown or the
 * bytes aren't what it says.
 *
 * @throws {HttpRefusal} where it is larger than the limit
 */
export async function decoded(
  bytes: Uint8Array,
  encoding: string | undefined,
  maxBytes: number,
): Promise<Uint8Array> {
  let at = bytes
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

export function tooLarge(maxBytes: number): HttpRefusal {
  return new HttpRefusal(
    'body_too_large',
    `The body is larger than the ${maxBytes} bytes that are read to tell this request from another.`,
  )
}
