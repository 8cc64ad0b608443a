import { OptionInvalid } from '../../core/index.ts'
import { HttpRefusal } from '../problem.ts'

/**
 * A request's bytes, and the request again with all of them in it.
 *
 * @throws {HttpRefusal} where it is larger than the limit
 * @throws {OptionInvalid} where somebody has read it
 */
export async function readRequest(
  request: Request,
  maxBytes: number,
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly again: Request }> {
  if (request.bodyUsed) {
    throw new OptionInvalid('body', 'the body was read before; put the idempotency before whatever reads it')
  }
  if (request.body === null) return { bytes: new Uint8Array(), again: request }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body) {
    size += chunk.length
    if (size > maxBytes) {
      throw new HttpRefusal(
        'body_too_large',
        `The body is larger than the ${maxBytes} bytes that are read to tell this request from another.`,
      )
    }
    chunks.push(chunk)
  }
  const bytes = joined(chunks, size)
  return { bytes, again: copyOf(request, bytes) }
}

/** Of the same class, since frameworks have their own; else a plain one. */
function copyOf(request: Request, body: Uint8Array<ArrayBuffer>): Request {
  const Own = request.constructor as typeof Request
  try {
    return new Own(request, { body })
  } catch {
    return new Request(request, { body })
  }
}

export function joined(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
