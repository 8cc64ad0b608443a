import {
  decideRefused,
  decideSettle,
  decideYield,
  type Fence,
  type FencedAnswer,
  type FencedDecision,
  MAX_WHOLE,
  type Receipt,
  type RunningDecision,
  type Settlement,
  type StoreTime,
  wholeMs,
} from '../../core/index.ts'
import { asBuffer } from './blob.ts'
import { CLOCK_MS } from './clock.ts'
import { bound, type Executor, lockTimeoutOf } from './executor.ts'
import type { Names } from './names.ts'
import { perNames } from './per-names.ts'
import { insist } from './races.ts'
import { read } from './read.ts'
import { replace } from './replace.ts'
import { bytesOf } from './row.ts'

// The writes of a claim's holder, through any executor. Where core's decision depends on the whole receipt it is read,
// decided on, and written on the condition that nobody came between (replace.ts); the others are one UPDATE whose WHERE is
// the fence. Either way a holder that was overtaken finds another attempt and token in the row, and changes nothing.

export function settle(
  executor: Executor,
  names: Names,
  fence: Fence,
  settlement: Settlement,
): Promise<FencedAnswer> {
  return ended(executor, names, fence, 'a settle', (receipt, now) =>
    decideSettle(receipt, fence, settlement, now),
  )
}

export function yieldClaim(
  executor: Executor,
  names: Names,
  fence: Fence,
  recoverAfterMs: number,
): Promise<FencedAnswer> {
  return ended(executor, names, fence, 'a yield', (receipt, now) =>
    decideYield(receipt, fence, recoverAfterMs, now),
  )
}

export async function refused(
  executor: Executor,
  names: Names,
  fence: Fence,
  step: string,
  generation: number,
): Promise<'written' | 'lost'> {
  const answer = await ended(executor, names, fence, 'a refusal', (receipt) =>
    decideRefused(receipt, fence, step, generation),
  )
  return answer.kind === 'lost' ? 'lost' : 'written'
}

/** `decideRenew` as one UPDATE: a heartbeat is the commonest call of all where handlers take long. */
export async function renew(
  executor: Executor,
  names: Names,
  fence: Fence,
  leaseMs: number,
): Promise<'renewed' | 'lost'> {
  const { rows } = await executor.query(renewText(names), [
    ...fenceValues(fence),
    String(wholeMs(leaseMs)),
    lockTimeoutOf(executor),
  ])
  return rows.length === 1 ? 'renewed' : 'lost'
}

/**
 * `decideStep` and its write as one statement. It makes a new revision, so that whoever removes the receipt, or begins
 * it anew, has seen the step and drops it as well.
 */
export async function saveStep(
  executor: Executor,
  names: Names,
  fence: Fence,
  step: string,
  result: Uint8Array,
): Promise<'written' | 'lost'> {
  const values = [...fenceValues(fence), JSON.stringify(step), asBuffer(result), lockTimeoutOf(executor)]
  const { rows } = await executor.query(saveStepText(names), values)
  return rows.length === 1 ? 'written' : 'lost'
}

async function ended(
  executor: Executor,
  names: Names,
  fence: Fence,
  what: string,
  decide: (receipt: Receipt | undefined, now: StoreTime) => FencedDecision | RunningDecision,
): Promise<FencedAnswer> {
  return insist(what, async () => {
    const { stored, now } = await read(executor, names, fence.id)
    const decision = decide(stored?.receipt, now)
    if (decision.kind === 'lost' || stored === undefined) return { kind: 'lost' }
    if (decision.kind === 'write' && !(await replace(executor, names, stored, decision.receipt)))
      return undefined
    return { kind: 'settled', receipt: decision.receipt }
  })
}

export function fenceValues({ id, incarnation, attempt, token }: Fence): string[] {
  return [id, incarnation, String(attempt), token]
}

/** A running attempt under this fence, whatever its lease says: `underFence` in core/decide-settle.ts. */
export const UNDER_FENCE = `r.id = decode($1::text, 'hex') AND r.incarnation = $2::text
    AND r.attempt = $3::text::integer AND r.token = $4::text AND r.state = 'in_progress' AND r.given_up IS NULL`

/**
 * `sweep_due_at` moves along with the lease that it was reckoned from; for a held receipt it counts from the first lapse,
 * which is another time once doubt stands (`sweepDueAt` in core/standing.ts).
 */
const renewText: (names: Names) => string = perNames(
  ({ receipts }) => `
UPDATE ${receipts} r SET
  lease_ends_at = least(t.now + $5::text::bigint, ${MAX_WHOLE}),
  sweep_due_at = CASE
    WHEN r.on_abandoned = 'hold' AND r.doubt_since IS NOT NULL THEN r.sweep_due_at
    ELSE least(r.sweep_due_at - r.lease_ends_at + least(t.now + $5::text::bigint, ${MAX_WHOLE}), ${MAX_WHOLE}) END,
  revision = r.revision + 1
FROM (SELECT ${CLOCK_MS} AS now OFFSET 0) t, ${bound('$6')}
WHERE ${UNDER_FENCE}
RETURNING 1 AS renewed`,
)

const saveStepText: (names: Names) => string = perNames(
  (names) => `
WITH held AS (
  UPDATE ${names.receipts} r SET revision = r.revision + 1 FROM ${bound('$7')} WHERE ${UNDER_FENCE}
  RETURNING r.incarnation
), saved AS (
  INSERT INTO ${names.steps} (incarnation, step, result)
  SELECT incarnation, $5::text, $6::bytea FROM held
  ON CONFLICT DO NOTHING
)
SELECT 1 AS held FROM held`,
)

export async function readSteps(
  executor: Executor,
  names: Names,
  incarnation: string,
): Promise<Map<string, Uint8Array>> {
  const { rows } = await executor.query(readStepsText(names), [incarnation])
  return new Map(
    rows.map(({ step, result }) => [JSON.parse(step as string) as string, bytesOf(result) as Uint8Array]),
  )
}

const readStepsText: (names: Names) => string = perNames(
  ({ steps }) => `SELECT step, encode(result, 'hex') AS result FROM ${steps} WHERE incarnation = $1::text`,
)
