import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * A port on which nobody listens now, below those that outgoing connections take, and with room above it for the bus of
 * a Redis Cluster (10,000 higher). Another process may be quicker to it.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = randomInt(12_000, 22_000)
    if (await isFree(port)) return port
  }
  throw new Error('No free port was found between 12000 and 22000.')
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
