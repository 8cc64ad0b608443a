import { rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { gone, signal } from './signal.ts'
import type { Watched } from './watchdog.ts'

// Ends what its parent left behind, however the parent ended: a pipe's other end closes even by SIGKILL.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => {})

const watched = new Map<number, Watched>()
for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line) as Watched | { readonly forget: number }
  if ('forget' in message) watched.delete(message.forget)
  else watched.set(message.pid, message)
}

for (const { pid, stopSignal } of watched.values()) signal(pid, stopSignal)
for (const { pid, folder } of watched.values()) {
  await gone(pid)
  rmSync(folder, { recursive: true, force: true })
}
