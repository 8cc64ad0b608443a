import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { listening } from './charges.ts'

/** What a host of fetch handlers does, in short: `@hono/node-server`, Next.js and others do it for their applications. */
export function serve(handler: (request: Request) => Response | Promise<Response>, port: number): void {
  const server = createServer(async (incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming
    const body = method === 'GET' || method === 'HEAD' ? null : new Uint8Array(await buffer(incoming))
    const request = new Request(`http://${headers.host}${url}`, {
      method,
      headers: headers as Record<string, string>,
      body,
    })
    const response = await handler(request)
    outgoing.writeHead(response.status, [...response.headers].flat())
    for await (const chunk of response.body ?? []) outgoing.write(chunk)
    outgoing.end()
  })
  server.listen(port, '127.0.0.1', () => listening((server.address() as AddressInfo).port))
}
