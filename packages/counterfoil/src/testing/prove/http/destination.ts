import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { connect, isIP } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { TargetNotLoopback, TargetUnreachable } from './errors.ts'
import { Unmeasured } from './ruling.ts'
import type { Destination } from './shooting/shot.ts'
import type { HttpProofTerms } from './terms.ts'

const CONNECTS_WITHIN_MS = 5000
const BACK_WITHIN_MS = 60_000
const LOOKS_EVERY_MS = 50

/**
 * Where the requests go: one address for the whole proof, the first of the name's that accepts a connection.
 *
 * @throws {TargetNotLoopback} where the name has any other address than of this machine, unless `iOwnThis`
 * @throws {TargetUnreachable}
 */
export async function destinationOf(
  { url, connections, answerWithinMs }: HttpProofTerms,
  iOwnThis: boolean,
): Promise<Destination> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const addresses = await addressesOf(host, url.host)
  if (!iOwnThis && !addresses.every(isLoopback)) throw new TargetNotLoopback(url.host)
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
  const secureAs = url.protocol === 'https:' ? host : null
  let why = 'it has no address'
  for (const address of addresses) {
    const fault = await faultAt(address, port)
    if (fault === undefined) return { address, port, secureAs, connections, answerWithinMs }
    why = fault
  }
  throw new TargetUnreachable(url.host, why)
}

/** @throws {Unmeasured} where the service isn't back in time */
export async function untilReachable({ address, port }: Destination, signal: AbortSignal): Promise<void> {
  const endsAt = performance.now() + BACK_WITHIN_MS
  for (;;) {
    const fault = await faultAt(address, port)
    if (fault === undefined) return
    if (performance.now() > endsAt) {
      throw new Unmeasured(`The service did not come back within ${BACK_WITHIN_MS / 1000} s (${fault}).`)
    }
    await setTimeout(LOOKS_EVERY_MS, undefined, { signal })
  }
}

/** A connection that only stands: it ends with whoever accepted it. */
export interface Held {
  readonly stands: boolean
  leave(): void
}

/** @throws where there is no connection to be had */
export async function held({ address, port }: Destination): Promise<Held> {
  const socket = connect({ host: address, port })
  await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECTS_WITHIN_MS) })
  // It is reset where the service is killed, and read so that its end is seen.
  socket.on('error', () => {}).resume()
  return {
    get stands() {
      return socket.readable
    },
    leave: () => socket.destroy(),
  }
}

async function addressesOf(host: string, named: string): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host]
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address)
  } catch (error) {
    throw new TargetUnreachable(named, (error as NodeJS.ErrnoException).code ?? 'no address')
  }
}

async function faultAt(host: string, port: number): Promise<string | undefined> {
  const socket = connect({ host, port })
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECTS_WITHIN_MS) })
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'no connection'
  } finally {
    socket.destroy()
  }
}

function isLoopback(address: string): boolean {
  return /^(::ffff:)?127\./i.test(address) || address === '::1'
}
