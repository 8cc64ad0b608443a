import { randomBytes } from 'node:crypto'
import { createClient } from 'redis'

export function prefixOfItsOwn(): string {
  return `bench:${randomBytes(6).toString('hex')}:`
}

/** Removes all keys with a prefix. */
export async function forget(url: string, prefix: string): Promise<void> {
  const client = createClient({ url })
  client.on('error', () => undefined)
  await client.connect()
  for await (const keys of client.scanIterator({ MATCH: `${prefix}*`, COUNT: 1000 })) {
    if (keys.length > 0) await client.unlink(keys)
  }
  await client.close()
}

/** The URL of Counterfoil's store under that prefix. */
export function storeUrl(server: string, prefix: string): string {
  const url = new URL(server)
  url.searchParams.set('prefix', prefix)
  return url.href
}
