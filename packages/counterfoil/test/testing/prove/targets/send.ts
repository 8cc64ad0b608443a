import type { ServerResponse } from 'node:http'
import type { Answer } from './charge.ts'

export function send(response: ServerResponse, { status, lines, body }: Answer): void {
  response.writeHead(status, [...lines.flat(), 'Content-Length', String(body.length)])
  response.end(body)
}
