import { generationsText, outcomeBytesOf, type Receipt, sweepDueAt, wholeMs } from '../../core/index.ts'
import { asBuffer } from './blob.ts'
import { bound, type Executor, lockTimeoutOf } from './executor.ts'
import type { Names } from './names.ts'
import { perNames } from './per-names.ts'
import type { Stored } from './row.ts'

/**
 * Writes what was decided on a receipt that was read, on the condition that it is still the version that was read: one
 * UPDATE, whose WHERE is evaluated on the row's latest version once it is locked (manual 13.2.1). A receipt that begins a
 * new incarnation drops the steps of the old one in the same statement. Those who wait are told, at the commit.
 *
 * @returns whether it was; otherwise nothing has changed.
 */
export async function replace(
  executor: Executor,
  names: Names,
  { receipt: before, revision }: Stored,
  after: Receipt,
): Promise<boolean> {
  const outcome = outcomeBytesOf(after)
  const { rows } = await executor.query(replaceText(names), [
    after.id,
    before.incarnation,
    String(revision),
    JSON.stringify(columnsOf(after)),
    keeps(outcomeBytesOf(before), outcome),
    outcome && asBuffer(outcome),
    keeps(before.request, after.request),
    after.request && asBuffer(after.request),
    lockTimeoutOf(executor),
  ])
  return rows.length === 1
}

/** Bytes that stay are not sent, nor written again. As text, since `true` is written differently by every driver. */
function keeps(before: Uint8Array | null, after: Uint8Array | null): 'keep' | 'write' {
  return before === after ? 'keep' : 'write'
}

/** All that a transition may change, a new incarnation included. */
function columnsOf(receipt: Receipt): Readonly<Record<string, unknown>> {
  const lease = receipt.state === 'in_progress' ? receipt : undefined
  const inDoubt = lease?.givenUp?.as === 'in_doubt' ? lease.givenUp : undefined
  return {
    tenant: receipt.tenant,
    operation: receipt.operation,
    key: receipt.key,
    incarnation: receipt.incarnation,
    created_at: wholeMs(receipt.createdAt),
    fingerprint_version: receipt.fingerprint.version,
    fingerprint: receipt.fingerprint.digest,
    credentials: receipt.credentials,
    on_failure: receipt.policies.onFailure,
    on_abandoned: receipt.policies.onAbandoned,
    ttl_ms: wholeMs(receipt.ttlMs),
    key_retention_ms: wholeMs(receipt.keyRetentionMs),
    attempt: receipt.attempt,
    token: receipt.token,
    purpose: receipt.purpose,
    claimed_at: wholeMs(receipt.claimedAt),
    predecessor: receipt.predecessor,
    doubt_since: wholeMs(receipt.doubtSince),
    generations: generationsText(receipt),
    history: JSON.stringify(receipt.history),
    state: receipt.state,
    retryable: receipt.state === 'failed' ? receipt.retryable : null,
    lease_ends_at: lease ? wholeMs(lease.leaseEndsAt) : null,
    given_up: lease?.givenUp?.as ?? null,
    recoverable_at: inDoubt ? wholeMs(inDoubt.recoverableAt) : null,
    settled_at: receipt.state === 'in_progress' ? null : wholeMs(receipt.settledAt),
    sweep_due_at: wholeMs(sweepDueAt(receipt)),
  }
}

const COLUMNS = `tenant text, operation text, key text, incarnation text, created_at bigint, fingerprint_version integer,
  fingerprint text, credentials text, on_failure text, on_abandoned text, ttl_ms bigint, key_retention_ms bigint,
  attempt integer, token text, purpose text, claimed_at bigint, predecessor text, doubt_since bigint, generations text,
  history text, state text, retryable boolean, lease_ends_at bigint, given_up text, recoverable_at bigint,
  settled_at bigint, sweep_due_at bigint`

const SET = COLUMNS.split(',')
  .map((column) => column.trim().split(' ')[0])
  .map((name) => `${name} = x.${name}`)
  .join(', ')

/** @see replace */
export const replaceText: (names: Names) => string = perNames(
  (names) => `
WITH done AS (
  UPDATE ${names.receipts} r SET ${SET},
    outcome = CASE WHEN $5::text = 'keep' THEN r.outcome ELSE $6::bytea END,
    request = CASE WHEN $7::text = 'keep' THEN r.request ELSE $8::bytea END,
    revision = r.revision + 1
  FROM json_to_record($4::text::json) AS x (${COLUMNS}), ${bound('$9')}
  WHERE r.id = decode($1::text, 'hex') AND r.incarnation = $2::text AND r.revision = $3::text::bigint
  RETURNING r.id, r.incarnation, r.waited
), dropped AS (
  DELETE FROM ${names.steps} s USING done d WHERE s.incarnation = $2::text AND d.incarnation <> $2::text
)
SELECT ${toldTo(names, 'd')} AS told FROM done d`,
)

/** Of the server's queue of notifications. */
const NEARLY_FULL = 0.9

/**
 * Tells those who wait for a changed receipt, if any do: a NOTIFY takes a lock that all commits with one share. Once the
 * server's queue is full, since some session listens and sits in a transaction, every commit with a NOTIFY fails: so none
 * is sent into one that nearly is, and those who wait find out by looking ("NOTIFY": 8 GB, and less where it is set so).
 */
export function toldTo({ channel }: Names, row: string): string {
  return `CASE WHEN ${row}.waited AND pg_notification_queue_usage() < ${NEARLY_FULL} THEN pg_notify('${channel}', encode(${row}.id, 'hex'))::text END`
}
