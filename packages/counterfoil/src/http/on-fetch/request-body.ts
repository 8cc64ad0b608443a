import { OptionInvalid } from '../../core/index.ts'
import { decoded, tooLarge } from '../decoded.ts'
import type { SeenBody } from '../request.ts'

/**
 * A request's body, and the request again as it came.
 *
 * @throws {HttpRefusal} where it is larger than the limit, as received or decoded
 * @throws {OptionInvalid} where somebody has read it
 */
export async function readRequest(
  request: Request,
  maxBytes: number,
): Promise<{ readonly body: SeenBody; readonly again: Request }> {
  if (request.bodyUsed) {
    throw new OptionInvalid('body', 'the body was read before; put the idempotency before whatever reads it')
  }
  if (request.body === null) {
    const none = new Uint8Array()
    return { body: { as: 'bytes', bytes: none, received: none }, again: request }
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body) {
    size += chunk.length
    if (size > maxBytes) throw tooLarge(maxBytes)
    chunks.push(chunk)
  }
  const received = joined(chunks, size)
  const bytes = await decoded(received, request.headers.get('content-encoding') ?? undefined, maxBytes)
  return { body: { as: 'bytes', bytes, received }, again: copyOf(request, received) }
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
