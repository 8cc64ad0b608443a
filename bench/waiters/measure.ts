import { join } from 'node:path'
import { openStore } from 'counterfoil'
import { schemaOfItsOwn, storeUrl } from '../servers/postgres-schema.ts'
import { forget, prefixOfItsOwn, storeUrl as redisStoreUrl } from '../servers/redis-prefix.ts'
import type { ServerUrls } from '../servers/urls.ts'
import { CALLERS_A_KEY } from '../workload.ts'
import type { WaitedOn, WaitersPlan } from './plan.ts'
import type { CrowdSeen } from './process.ts'
import { Member } from './processes.ts'

export interface WaitersRow {
  readonly store: WaitedOn
  readonly callers: number
  readonly keys: number
  readonly answered: number
  readonly effects: number
  /** To a process and key: how many on average, and the most. */
  readonly claims: number
  readonly reads: number
  readonly mostReads: number
  readonly heapBytesAWaiter: number
  /** From the last effect's end to the last answer. */
  readonly lastAnswerMs: number
}

/** Several processes on one store, and all their callers at once. */
export async function crowdsOn(
  store: WaitedOn,
  plan: WaitersPlan,
  { folder, servers }: { readonly folder: string; readonly servers: ServerUrls },
): Promise<readonly WaitersRow[]> {
  const { url, remove } = await urlOf(store, folder, servers)
  // Tables and all that are there before they meet.
  await (await openStore(url)).close()
  const members = await Promise.all(Array.from({ length: plan.processes }, () => Member.start(url)))
  const crowd = async (keys: readonly string[], callers: number): Promise<WaitersRow> => {
    const each = { keys, callers: callers / plan.processes, effectMs: plan.effectMs }
    const seen = await Promise.all(members.map((member) => member.send(each)))
    return rowOf(store, keys.length, callers, seen)
  }
  const names = Array.from({ length: plan.keys }, (_, n) => `key-${n}`)
  const rows = [await crowd(names, CALLERS_A_KEY), await crowd(['the-key'], plan.waiters)]
  for (const member of members) await member.end()
  await remove()
  return rows
}

function rowOf(store: WaitedOn, keys: number, callers: number, seen: readonly CrowdSeen[]): WaitersRow {
  const sum = (of: (one: CrowdSeen) => number): number => seen.reduce((total, one) => total + of(one), 0)
  const places = keys * seen.length
  return {
    store,
    callers,
    keys,
    answered: sum(({ answered }) => answered),
    effects: sum(({ effects }) => effects),
    claims: sum(({ calls }) => calls.claims) / places,
    reads: sum(({ calls }) => calls.reads) / places,
    mostReads: Math.max(...seen.map(({ calls }) => calls.mostReads)),
    heapBytesAWaiter: sum(({ heapBytesAWaiter }) => heapBytesAWaiter) / seen.length,
    lastAnswerMs:
      Math.max(...seen.map(({ lastAnswerAt }) => lastAnswerAt)) -
      Math.max(...seen.map(({ effectEndedAt }) => effectEndedAt)),
  }
}

async function urlOf(
  store: WaitedOn,
  folder: string,
  { postgresUrl, redisUrl }: ServerUrls,
): Promise<{ url: string; remove(): Promise<void> }> {
  switch (store) {
    case 'sqlite':
      return { url: `sqlite:${join(folder, 'waiters.db')}`, remove: async () => undefined }
    case 'postgres': {
      const schema = schemaOfItsOwn(postgresUrl)
      return { url: storeUrl(postgresUrl, schema), remove: schema.drop }
    }
    case 'redis': {
      const prefix = prefixOfItsOwn()
      return { url: redisStoreUrl(redisUrl, prefix), remove: () => forget(redisUrl, prefix) }
    }
  }
}
