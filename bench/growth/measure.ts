import { join } from 'node:path'
import type { Progress } from '../progress.ts'
import type { ServerFacts } from '../servers/facts.ts'
import { percentile, type Spread, spread } from '../statistics.ts'
import { Callers } from './callers.ts'
import type { GrowthPlan } from './plan.ts'
import { type Grown, type GrownStore, grown } from './stores.ts'
import { type Swept, swept } from './sweeping.ts'

/** One store with so many receipts in it. */
export interface GrowthRow {
  readonly store: GrownStore
  readonly receipts: number
  readonly fillPerSecond: number
  readonly bytesAReceipt: number
  /** Of first-time calls. */
  readonly p50MsAt64: Spread
  readonly p50MsAt1: Spread
  /** Against the least receipts, round by round. */
  readonly timesAt64: Spread
  readonly timesAt1: Spread
  readonly sweep: Swept
}

interface Filled {
  readonly receipts: number
  readonly grown: Grown
  readonly callers: Callers
  readonly fillPerSecond: number
  readonly bytesAReceipt: number
  readonly at64: number[]
  readonly at1: number[]
}

export interface Growth {
  readonly rows: readonly GrowthRow[]
  readonly facts: readonly ServerFacts[]
}

/** Filled one after the other, and then measured in turns. A `string` says why there is nothing to measure. */
export async function growthOf(
  kind: GrownStore,
  plan: GrowthPlan,
  folder: string,
  progress: Progress,
): Promise<Growth | string> {
  const all: Filled[] = []
  try {
    for (const receipts of plan.sizes) {
      progress.say(`${kind}: filling in ${receipts.toLocaleString('en')} receipts`, 0)
      const opened = await grown(kind, join(folder, `${kind}-${receipts}`))
      if (typeof opened === 'string') return opened
      all.push(await filled(opened, receipts))
    }
    for (let round = 0; round < plan.rounds; round += 1) {
      progress.say(`${kind}: round ${round + 1} of ${plan.rounds}`, round / plan.rounds)
      for (const each of round % 2 === 0 ? all : [...all].reverse()) {
        each.at64.push(percentile(await each.callers.call(plan.calls, 64), 0.5))
        each.at1.push(percentile(await each.callers.call(Math.ceil(plan.calls / 10), 1), 0.5))
      }
    }
    const [least] = all as [Filled, ...Filled[]]
    const rows: GrowthRow[] = []
    for (const each of all) {
      progress.say(`${kind}: sweeping among ${each.receipts.toLocaleString('en')} receipts`, 1)
      const sweep = await swept(each.grown.store, each.callers, plan.due)
      rows.push(rowOf(kind, each, least, sweep))
    }
    return { rows, facts: least.grown.facts }
  } finally {
    for (const { grown: opened } of all) await opened.end()
  }
}

async function filled(opened: Grown, receipts: number): Promise<Filled> {
  const callers = new Callers(opened.store)
  // The first receipts bring tables, connections and compiled code with them.
  const first = Math.ceil(receipts / 100)
  await callers.call(first, 256)
  const bytesBefore = await opened.bytes()
  const startedAt = performance.now()
  await callers.call(receipts - first, 512)
  const tookMs = performance.now() - startedAt
  const bytes = (await opened.bytes()) - bytesBefore
  await opened.settleDown()
  return {
    receipts,
    grown: opened,
    callers,
    fillPerSecond: ((receipts - first) * 1000) / tookMs,
    bytesAReceipt: bytes / (receipts - first),
    at64: [],
    at1: [],
  }
}

function rowOf(store: GrownStore, of: Filled, least: Filled, sweep: Swept): GrowthRow {
  const times = (many: readonly number[], few: readonly number[]): Spread =>
    spread(many.map((ms, round) => ms / (few[round] as number)))
  return {
    store,
    receipts: of.receipts,
    fillPerSecond: of.fillPerSecond,
    bytesAReceipt: of.bytesAReceipt,
    p50MsAt64: spread(of.at64),
    p50MsAt1: spread(of.at1),
    timesAt64: times(of.at64, least.at64),
    timesAt1: times(of.at1, least.at1),
    sweep,
  }
}
