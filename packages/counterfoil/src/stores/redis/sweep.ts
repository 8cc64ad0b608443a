import { decideSweep, type ReceiptId, type SweepAnswer, type SweepDecision } from '../../core/index.ts'
import type { Keyspace } from './keyspace.ts'
import { read } from './read.ts'
import { decideAndWrite, type Made } from './replace.ts'
import { BEGINNING, type Position, timeOf, walk } from './walk.ts'

/** Receipts that are swept at the same time. */
const TOGETHER = 50

/**
 * Redis itself forgets what is past its key retention. The sweep does the rest: outcomes whose ttl ends before the key
 * retention, and what was held past all patience. What each receipt comes to is decided on what is then stored, and
 * written only while that is so.
 */
export async function sweep(keyspace: Keyspace, limit: number, pace: Pace): Promise<SweepAnswer> {
  if (performance.now() < pace.restsUntil) return NOTHING
  const now = await timeOf(keyspace)
  const answer = { dropped: 0, removed: 0, entombed: [] as SweepAnswer['entombed'][number][] }
  let left = limit
  let met = 0
  for await (const stretch of walk(keyspace, () => ({ dueUntil: now }), pace.from)) {
    met += stretch.met
    for (const due = stretch.sights.map(({ key }) => keyspace.keys.id(key)); due.length > 0; ) {
      if (left <= 0) {
        if (!(await anyDue(keyspace, due))) break
        pace.from = stretch.at
        return { ...answer, more: true }
      }
      const swept = await Promise.all(
        due.splice(0, Math.min(TOGETHER, left)).map((id) => sweepOne(keyspace, id)),
      )
      for (const { kind, receipt } of swept) {
        if (kind === 'drop_bytes') answer.dropped += 1
        if (kind === 'remove') answer.removed += 1
        if (kind === 'entomb') answer.entombed.push(receipt)
        if (kind !== 'keep') left -= 1
      }
    }
  }
  pace.from = BEGINNING
  if (met > WITHOUT_REST) pace.restsUntil = performance.now() + met * REST_MS_PER_RECEIPT
  return { ...answer, more: false }
}

/**
 * Where this process goes on, and when it may begin again (`performance.now()`). Little is ever due, and a walk costs the
 * server 5 µs a receipt: where there are many it rests a hundred times as long, so that a sweeping process takes a
 * hundredth of the server. Nothing waits for a sweep but memory, and the report of what was held too long.
 */
export interface Pace {
  from: Position
  restsUntil: number
}

/** So few receipts are walked over without a rest. */
const WITHOUT_REST = 100_000
const REST_MS_PER_RECEIPT = 0.5
const NOTHING: SweepAnswer = { dropped: 0, removed: 0, entombed: [], more: false }

interface Swept {
  readonly kind: SweepDecision['kind']
  readonly receipt: SweepAnswer['entombed'][number]
}

function sweepOne(keyspace: Keyspace, id: ReceiptId): Promise<Swept> {
  return decideAndWrite(keyspace, id, undefined, ({ receipt, now }): Made<Swept> => {
    const decision: SweepDecision = receipt === undefined ? { kind: 'keep' } : decideSweep(receipt, now)
    const { tenant = '', operation = '' } = receipt ?? {}
    const answer = { kind: decision.kind, receipt: { id, tenant, operation } }
    switch (decision.kind) {
      case 'keep':
        return { answer, write: 'nothing' }
      case 'remove':
        return { answer, write: 'removal' }
      case 'drop_bytes':
        return { answer, write: 'receipt', receipt: decision.receipt, steps: 'keep' }
      case 'entomb':
        return { answer, write: 'receipt', receipt: decision.receipt, steps: 'drop' }
    }
  })
}

async function anyDue(keyspace: Keyspace, ids: readonly ReceiptId[]): Promise<boolean> {
  for (const id of ids) {
    const { receipt, now } = await read(keyspace, id)
    if (receipt !== undefined && decideSweep(receipt, now).kind !== 'keep') return true
  }
  return false
}
