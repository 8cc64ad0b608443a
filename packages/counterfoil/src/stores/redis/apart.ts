import { randomBytes } from 'node:crypto'
import type { PlaceApart, StoreNetwork } from '../../core/index.ts'
import type { Primary, Reply } from './drivers/driver.ts'
import { Server } from './server.ts'
import { type Address, addressIn, openDriver } from './url.ts'

const ANSWERS_WITHIN_MS = 5_000
const KEYS_AT_A_TIME = 500

/**
 * A prefix of its own on the same server and database, which begins with the store's own, so that whoever may write the
 * one may write the other. No store finds another's keys: behind the prefix comes a brace. At the end all keys under it
 * are found by SCAN and removed.
 *
 * @throws {StoreUrlInvalid}
 * @throws {StoreUnavailable}
 */
export async function prefixApart(url: string): Promise<PlaceApart> {
  const address = addressIn(url)
  const prefix = `${address.options.prefix ?? 'counterfoil:'}prove-${randomBytes(8).toString('hex')}:`
  const server = new Server(await openDriver(url), ANSWERS_WITHIN_MS, undefined)
  try {
    await server.primaries()
    await server.send(prefix, ['PING'])
  } catch (error) {
    await server.close()
    throw error
  }
  return {
    url: withPrefix(url, prefix),
    name: `the prefix ${prefix}`,
    network: networkOf(address, withPrefix(url, prefix)),
    clock: 'server',
    async remove() {
      try {
        for (const primary of await server.primaries()) await removeOn(server, primary, prefix)
      } finally {
        await server.close()
      }
    },
  }
}

function withPrefix(url: string, prefix: string): string {
  const [base = '', query = ''] = url.split(/\?(.*)/s)
  const options = new URLSearchParams(query)
  options.set('prefix', prefix)
  return `${base}?${options}`
}

function networkOf({ kind, tls, hosts }: Address, url: string): StoreNetwork {
  const [server] = hosts
  if (kind !== 'server' || server === undefined) {
    const why = `A ${kind === 'cluster' ? 'Cluster' : 'Sentinel'} tells its clients the addresses of its servers, so that they go past a proxy.`
    return { kind: 'bound', why }
  }
  if (tls) return { kind: 'bound', why: "Its certificate names another address than a proxy's." }
  return {
    kind: 'one server',
    ...server,
    through(host, port) {
      const other = new URL(url)
      other.host = `${host}:${port}`
      return other.href
    },
  }
}

async function removeOn(server: Server, primary: Primary, prefix: string): Promise<void> {
  const pattern = `${prefix.replaceAll(/[\\*?[\]]/g, '\\$&')}*`
  let cursor = '0'
  do {
    const command = ['SCAN', cursor, 'MATCH', pattern, 'COUNT', String(KEYS_AT_A_TIME)]
    const [next, keys] = (await server.sendTo(primary, command)) as readonly [Reply, readonly Buffer[]]
    // One by one: in a Cluster the keys of a node are of many slots.
    await Promise.all(keys.map((key) => server.sendTo(primary, ['DEL', key])))
    cursor = String(next)
  } while (cursor !== '0')
}
