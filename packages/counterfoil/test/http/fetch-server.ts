import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** The least that serves a fetch handler on Node. */
export function fetchServer(handler: (request: Request) => Promise<Response>): Server {
  return createServer(async (incoming, outgoing) => {
    try {
      await send(await handler(requestOf(incoming, outgoing)), outgoing)
    } catch {
      outgoing.destroy()
    }
  })
}

function requestOf(incoming: IncomingMessage, outgoing: ServerResponse): Request {
  const left = new AbortController()
  outgoing.once('close', () => left.abort())
  const headers = Object.entries(incoming.headersDistinct).flatMap(([name, values]) =>
    (values ?? []).map((value) => [name, value] as [string, string]),
  )
  const { method = 'POST', url = '/' } = incoming
  const bodiless = method === 'GET' || method === 'HEAD'
  return new Request(`http://service${url}`, {
    method,
    headers,
    signal: left.signal,
    ...(bodiless ? {} : { body: Readable.toWeb(incoming) as ReadableStream<Uint8Array>, duplex: 'half' }),
  })
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(response.status, [...response.headers].flat())
  if (response.body) await pipeline(Readable.fromWeb(response.body), outgoing)
  else outgoing.end()
}
