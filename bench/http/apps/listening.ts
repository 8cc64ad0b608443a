import type { AddressInfo, Server } from 'node:net'

/** On a port of its own, which it tells on stdout. */
export function listen(server: Server): void {
  server.listen(0, '127.0.0.1', () => listensOn((server.address() as AddressInfo).port))
}

export function listensOn(port: number): void {
  process.stdout.write(`listening on ${port}\n`)
}
