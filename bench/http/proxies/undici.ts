/**
 * `undici.ts UPSTREAM_PORT`: as bare as a proxy on Node gets that still parses HTTP. Raw fields in and out, the few that are
 * of one connection left out, no streams in between.
 */
import { createServer } from 'node:http'
import { Pool } from 'undici'
import { listen } from '../apps/listening.ts'

/** As many as are under way at most. */
const upstream = new Pool(`http://127.0.0.1:${process.argv[2]}`, { connections: 64, pipelining: 1 })

listen(
  createServer((request, response) => {
    upstream.dispatch(
      {
        method: request.method as 'POST',
        path: request.url as string,
        headers: withoutConnection(request.rawHeaders),
        body: request,
      },
      {
        onRequestStart: () => undefined,
        onResponseStart(controller, status) {
          const { rawHeaders } = controller as unknown as { rawHeaders: Buffer[] }
          response.writeHead(status, withoutConnection(rawHeaders.map((part) => part.toString('latin1'))))
        },
        onResponseData(controller, piece) {
          if (response.write(piece)) return
          controller.pause()
          response.once('drain', () => controller.resume())
        },
        onResponseEnd: () => void response.end(),
        onResponseError: (_controller, error) => void response.destroy(error),
      },
    )
  }),
)

function withoutConnection(raw: readonly string[]): string[] {
  const kept: string[] = []
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at] as string
    if (!/^(connection|keep-alive|transfer-encoding|upgrade|te|trailer)$/i.test(name))
      kept.push(name, raw[at + 1] as string)
  }
  return kept
}
