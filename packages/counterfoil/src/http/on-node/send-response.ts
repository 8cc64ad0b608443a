import { ServerResponse } from 'node:http'
import type { Response } from '../endings.ts'
import { flat } from '../field-lines.ts'

/** Field lines set before by others stay, unless this response has the same. */
export function sendResponse(response: ServerResponse, { status, headers, body }: Response): void {
  // A time-out of the application's may have answered meanwhile.
  if (response.headersSent || response.writableEnded) return
  response.writeHead(status, flat(headers))
  response.end(...bodyFor(response.end, body))
}

/** Bytes; a longer body would only be copied once more. */
const LONGEST_TEXT = 65_536

/**
 * A body as `end` is to have it. A short one as text of one byte a character, which Node writes together with the head; a
 * function that others have put in the place of Node's own might take its characters for something else.
 */
export function bodyFor(end: ServerResponse['end'], body: Uint8Array): [body: unknown, encoding: 'latin1'] {
  const asText = end === ServerResponse.prototype.end && body.length <= LONGEST_TEXT
  return [asText ? Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1') : body, 'latin1']
}
