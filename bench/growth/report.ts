import { goalTable } from '../goal-table.ts'
import type { Goal } from '../goals.ts'
import { number, table } from '../table.ts'
import type { GrowthRow } from './measure.ts'
import type { GrownStore } from './stores.ts'

export const storeTitles: Readonly<Record<GrownStore, string>> = {
  sqlite: 'SQLite',
  postgres: 'PostgreSQL',
  redis: 'Redis',
}

export const GROWTH_HEADS = [
  'store',
  'receipts',
  'bytes a receipt',
  'p50 ms, 64 at once',
  '× the least',
  'p50 ms, 1 at once',
  '× the least',
] as const

export function growthCells(row: GrowthRow): string[] {
  const { timesAt64, timesAt1 } = row
  return [
    storeTitles[row.store],
    row.receipts.toLocaleString('en'),
    number(row.bytesAReceipt),
    number(row.p50MsAt64.median),
    `${number(timesAt64.median)} (${number(timesAt64.min)}–${number(timesAt64.max)})`,
    number(row.p50MsAt1.median),
    `${number(timesAt1.median)} (${number(timesAt1.min)}–${number(timesAt1.max)})`,
  ]
}

export const SWEEP_HEADS = [
  'store',
  'among receipts',
  'removed',
  'batches',
  'ms in all',
  'longest batch ms',
  'first-time p50 ms meanwhile',
  'p99 ms',
] as const

export function sweepCells({ store, receipts, sweep }: GrowthRow): string[] {
  return [
    storeTitles[store],
    receipts.toLocaleString('en'),
    sweep.removed.toLocaleString('en'),
    String(sweep.batches),
    number(sweep.tookMs),
    number(sweep.longestBatchMs),
    number(sweep.p50Ms),
    number(sweep.p99Ms),
  ]
}

export function growthGoals(rows: readonly GrowthRow[]): readonly Goal[] {
  const most = Math.max(...rows.map(({ receipts }) => receipts))
  const least = Math.min(...rows.map(({ receipts }) => receipts))
  return rows
    .filter(({ receipts }) => receipts === most)
    .map(({ store, timesAt64 }) => ({
      name: `${storeTitles[store]} first-time, 64 at once: p50 among ${most.toLocaleString('en')} receipts against ${least.toLocaleString('en')}`,
      measured: timesAt64,
      goal: { atMost: 1.3 },
      unit: '×',
    }))
}

export const GROWTH_NOTES = `Each store has a file or a server for itself. Filled one after the other, then measured in turns; medians of the rounds' medians
(least–most). A receipt's bytes are what the files grew by (PostgreSQL: the database, indexes included; Redis: the memory), the request's
fingerprint and 1 KiB of outcome in them. Swept while 64 callers go on. Redis lets receipts expire by itself.`

export function growthReport(rows: readonly GrowthRow[], missing: ReadonlyMap<GrownStore, string>): string {
  return [
    ...[...missing].map(([store, why]) => `left out: ${storeTitles[store]}: ${why}`),
    `growth\n${table(GROWTH_HEADS, rows.map(growthCells))}`,
    `sweep\n${table(SWEEP_HEADS, rows.map(sweepCells))}`,
    goalTable(growthGoals(rows)),
    GROWTH_NOTES,
  ].join('\n\n')
}
