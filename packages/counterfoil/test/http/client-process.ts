import { ask, json } from './raw-client.ts'

// One process of callers: it asks so many times at once, here and there, and tells what it got.

process.on('message', async ({ ports, key, calls }: { ports: number[]; key: string; calls: number }) => {
  const answers = await Promise.all(
    Array.from({ length: calls }, async (_, n) => {
      const { status, sha256 } = await ask(ports[n % ports.length] as number, json(key, { amount: 5 }))
      return `${status} ${sha256}`
    }),
  )
  process.send?.({ answers })
})
