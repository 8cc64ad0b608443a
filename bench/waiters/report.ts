import { goalTable } from '../goal-table.ts'
import type { Goal } from '../goals.ts'
import { storeTitles } from '../growth/report.ts'
import type { Spread } from '../statistics.ts'
import { number, table } from '../table.ts'
import type { WaitersRow } from './measure.ts'
import type { WaitedOn, WaitersPlan } from './plan.ts'

export const WAITERS_HEADS = [
  'store',
  'callers a key',
  'keys',
  'effects',
  'answered',
  'claims a process and key',
  'reads a process and key',
  'most',
  'heap bytes a waiter',
  'last answer ms after the effect',
] as const

export function waitersCells(row: WaitersRow): string[] {
  return [
    storeTitles[row.store],
    row.callers.toLocaleString('en'),
    String(row.keys),
    String(row.effects),
    row.answered.toLocaleString('en'),
    number(row.claims),
    number(row.reads),
    String(row.mostReads),
    number(row.heapBytesAWaiter),
    number(row.lastAnswerMs),
  ]
}

export function waitersGoals(rows: readonly WaitersRow[]): readonly Goal[] {
  return rows.flatMap(({ store, callers, keys, effects, mostReads }): Goal[] => {
    const where = `${storeTitles[store]}, ${callers.toLocaleString('en')} callers on ${keys === 1 ? 'a key' : `each of ${keys} keys`}`
    return [
      {
        name: `${where}: effects a key`,
        measured: one(effects / keys),
        goal: { atMost: 1 },
        unit: 'effects',
      },
      {
        name: `${where}: store reads a process and key, at most`,
        measured: one(mostReads),
        goal: { atMost: 2 },
        unit: 'reads',
      },
    ]
  })
}

function one(value: number): Spread {
  return { median: value, min: value, max: value }
}

export function waitersNotes({ processes }: WaitersPlan): string {
  return `${processes} processes share the store, and each has its part of the callers. A process claims once to a key, and again when the first
holder has settled or lapsed where that is how it learns the outcome. The heap is looked at after a collection, while all wait.`
}

export function waitersReport(
  plan: WaitersPlan,
  rows: readonly WaitersRow[],
  missing: ReadonlyMap<WaitedOn, string>,
): string {
  return [
    ...[...missing].map(([store, why]) => `left out: ${storeTitles[store]}: ${why}`),
    `waiters\n${table(WAITERS_HEADS, rows.map(waitersCells))}`,
    goalTable(waitersGoals(rows)),
    waitersNotes(plan),
  ].join('\n\n')
}
