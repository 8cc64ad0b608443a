import type { ServerResponse } from 'node:http'
import type { Response } from '../endings.ts'
import { flat } from '../field-lines.ts'

/** Field lines set before by others stay, unless this response has the same. */
export function sendResponse(response: ServerResponse, { status, headers, body }: Response): void {
  // A time-out of the application's may have answered meanwhile.
  if (response.headersSent || response.writableEnded) return
  response.writeHead(status, flat(headers))
  response.end(body)
}
