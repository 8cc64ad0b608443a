import { Redis } from 'ioredis'
import { createClient } from 'redis'

/** The three commands, by one client or the other. */
export interface Commands {
  setIfAbsent(key: string, value: string, ttlMs: number): Promise<boolean>
  set(key: string, value: string, ttlMs: number): Promise<unknown>
  get(key: string): Promise<string | null>
  close(): Promise<void>
}

export async function nodeRedis(url: string): Promise<Commands> {
  const client = createClient({ url })
  client.on('error', () => undefined)
  await client.connect()
  return {
    setIfAbsent: async (key, value, ttlMs) =>
      (await client.set(key, value, { condition: 'NX', expiration: { type: 'PX', value: ttlMs } })) !== null,
    set: (key, value, ttlMs) => client.set(key, value, { expiration: { type: 'PX', value: ttlMs } }),
    get: (key) => client.get(key),
    close: () => client.close(),
  }
}

export async function ioRedis(url: string): Promise<Commands> {
  const client = new Redis(url)
  client.on('error', () => undefined)
  await client.ping()
  return {
    setIfAbsent: async (key, value, ttlMs) => (await client.set(key, value, 'PX', ttlMs, 'NX')) !== null,
    set: (key, value, ttlMs) => client.set(key, value, 'PX', ttlMs),
    get: (key) => client.get(key),
    close: async () => void (await client.quit()),
  }
}
