import {
  type ClaimRequest,
  decideClaim,
  MAX_WHOLE,
  type Running,
  type StoreTime,
  sweepDueAt,
  wholeMs,
} from '../../core/index.ts'
import { asBuffer, type Blob } from './blob.ts'
import { CLOCK_MS, STATEMENT_MS } from './clock.ts'
import type { Executor, Row } from './executor.ts'
import type { Names } from './names.ts'
import { perNames } from './per-names.ts'
import { RECEIPT, type Stored, storedOf } from './row.ts'

// The statement of a claim: it makes the receipt of a key that has none, and otherwise reads the one that is there.
// claim.ts says what is made of it, and why that holds.

/** What the statement said of one request. `nothing`: somebody's receipt came up meanwhile; ask again. */
export type Asked =
  | { readonly kind: 'made'; readonly at: StoreTime; readonly waited: 'briefly' | 'long' }
  | { readonly kind: 'found'; readonly stored: Stored | undefined; readonly now: StoreTime }
  | { readonly kind: 'nothing' }

/** How long a first claim may wait inside its statement before its lease is started anew. */
const LONG_WAIT_MS = 100

/**
 * @param lockTimeoutMs how long the statement waits for somebody's open transaction; `null` leaves the setting alone,
 *   as it must where the transaction is the user's.
 */
export async function askOne(
  executor: Executor,
  names: Names,
  request: ClaimRequest,
  lockTimeoutMs: number | null,
): Promise<Asked> {
  const { rows } = await executor.query(askText(names), askValues(request, lockTimeoutMs))
  return askedOf(rows, [request])[0] as Asked
}

function askValues(request: ClaimRequest, lockTimeoutMs: number | null): unknown[] {
  const terms = termsOf(request, 0)
  return [
    request.id,
    request.tenant,
    terms.operation,
    request.key,
    request.incarnation,
    String(terms.fingerprint_version),
    request.fingerprint.digest,
    request.credentials,
    terms.on_failure,
    terms.on_abandoned,
    String(terms.ttl_ms),
    String(terms.key_retention_ms),
    request.token,
    String(terms.lease_ms),
    String(terms.due_ms),
    request.request && asBuffer(request.request),
    terms.creates ? 'creates' : 'looks',
    lockTimeoutMs === null ? null : String(lockTimeoutMs),
  ]
}

/**
 * The requests as JSON, and what many of them have in common once: it is half of what would be sent, and of what the
 * server would read. Members that are not there are null.
 */
export function askRows(requests: readonly ClaimRequest[], blob: Blob): [rows: string, terms: string] {
  const terms: object[] = []
  let last: ClaimRequest | undefined
  const rows = requests.map((request, n) => {
    if (last === undefined || !haveSameTerms(last, request)) terms.push(termsOf(request, terms.length))
    last = request
    return {
      n,
      t: terms.length - 1,
      id: request.id,
      tenant: request.tenant,
      key: request.key ?? undefined,
      incarnation: request.incarnation,
      fingerprint: request.fingerprint.digest,
      credentials: request.credentials ?? undefined,
      token: request.token,
      request_at: request.request === null ? undefined : blob.add(request.request),
      request_size: request.request?.length,
    }
  })
  return [JSON.stringify(rows), JSON.stringify(terms)]
}

interface Terms {
  readonly t: number
  readonly creates: boolean
  readonly operation: string
  readonly fingerprint_version: number
  readonly on_failure: string
  readonly on_abandoned: string
  readonly ttl_ms: number
  readonly key_retention_ms: number
  readonly lease_ms: number
  readonly due_ms: number | null
}

function haveSameTerms(a: ClaimRequest, b: ClaimRequest): boolean {
  return (
    a.operation === b.operation &&
    a.intent === b.intent &&
    a.fingerprint.version === b.fingerprint.version &&
    a.policies.onFailure === b.policies.onFailure &&
    a.policies.onAbandoned === b.policies.onAbandoned &&
    a.ttlMs === b.ttlMs &&
    a.keyRetentionMs === b.keyRetentionMs &&
    a.leaseMs === b.leaseMs
  )
}

function termsOf(request: ClaimRequest, t: number): Terms {
  const first = decideClaim(undefined, { ...request, intent: 'run' }, 0) as { receipt: Running }
  return {
    t,
    creates: request.intent !== 'recover',
    operation: request.operation,
    fingerprint_version: request.fingerprint.version,
    on_failure: request.policies.onFailure,
    on_abandoned: request.policies.onAbandoned,
    ttl_ms: wholeMs(request.ttlMs),
    key_retention_ms: wholeMs(request.keyRetentionMs),
    lease_ms: wholeMs(request.leaseMs),
    due_ms: wholeMs(sweepDueAt(first.receipt)),
  }
}

/** One answer for each request, in their order. */
export function askedOf(rows: readonly Row[], requests: readonly ClaimRequest[]): Asked[] {
  const asked = requests.map((): Asked => ({ kind: 'nothing' }))
  for (const row of rows) asked[Number(row.n)] = askedIn(row)
  return asked.map((answer, n) =>
    // It never makes a receipt, and none was there.
    answer.kind === 'nothing' && requests[n]?.intent === 'recover'
      ? { kind: 'found', stored: undefined, now: 0 }
      : answer,
  )
}

function askedIn(row: Row): Asked {
  const now = Number(row.now)
  if (row.facts !== null) return { kind: 'found', stored: storedOf(row), now }
  const at = Number(row.at)
  return { kind: 'made', at, waited: now - at > LONG_WAIT_MS ? 'long' : 'briefly' }
}

/**
 * The CTEs `asked` and `made`, over `askRows` in `$1` and `$4`, the bytes in `$2` and the bound of a wait in `$3`. The
 * rows come in the order of their ids, and so do the locks: two batches with keys in common can't wait for each other.
 */
export function asking({ receipts }: Names): string {
  return `asked AS MATERIALIZED (
  SELECT x.n, decode(x.id, 'hex') AS id, y.creates, x.tenant, y.operation, x.key, x.incarnation,
    y.fingerprint_version, x.fingerprint, x.credentials, y.on_failure, y.on_abandoned, y.ttl_ms, y.key_retention_ms,
    x.token, y.lease_ms, y.due_ms, substring($2::bytea FROM x.request_at FOR x.request_size) AS request
  FROM
    (SELECT CASE WHEN $3::text IS NOT NULL THEN set_config('lock_timeout', $3::text, true) END OFFSET 0) AS bound,
    json_to_recordset($1::text::json) AS x (
      n integer, t integer, id text, tenant text, key text, incarnation text, fingerprint text, credentials text,
      token text, request_at integer, request_size integer)
    JOIN json_to_recordset($4::text::json) AS y (
      t integer, creates boolean, operation text, fingerprint_version integer, on_failure text, on_abandoned text,
      ttl_ms bigint, key_retention_ms bigint, lease_ms bigint, due_ms bigint) ON y.t = x.t
), made AS (
  INSERT INTO ${receipts} (
    id, tenant, operation, key, incarnation, created_at, fingerprint_version, fingerprint, credentials,
    on_failure, on_abandoned, ttl_ms, key_retention_ms, token, claimed_at, lease_ends_at, sweep_due_at, request)
  SELECT
    a.id, a.tenant, a.operation, a.key, a.incarnation, t.now, a.fingerprint_version, a.fingerprint, a.credentials,
    a.on_failure, a.on_abandoned, a.ttl_ms, a.key_retention_ms, a.token, t.now,
    least(t.now + a.lease_ms, ${MAX_WHOLE}), least(t.now + a.due_ms, ${MAX_WHOLE}), a.request
  FROM asked a, (SELECT ${CLOCK_MS} AS now OFFSET 0) t
  WHERE a.creates
  ORDER BY a.id
  ON CONFLICT (id) DO NOTHING
  RETURNING id, incarnation, token, created_at, ${CLOCK_MS} AS now
)`
}

/**
 * What became of each. The reading is by LATERAL, one look into the index for each key, so that no plan made while the
 * table was small reads the whole of it later.
 */
export function answers({ receipts }: Names): string {
  return `SELECT a.n::text, m.created_at::text AS at, m.now::text, NULL AS facts, NULL AS outcome, NULL AS request
FROM asked a JOIN made m ON m.id = a.id AND m.incarnation = a.incarnation AND m.token = a.token
UNION ALL
SELECT a.n::text, NULL, ${STATEMENT_MS}::text, s.facts, s.outcome, s.request
FROM asked a, LATERAL (SELECT ${RECEIPT} FROM ${receipts} r WHERE r.id = a.id LIMIT 1) s
WHERE NOT EXISTS (SELECT FROM made m WHERE m.id = a.id)`
}

/**
 * The same for one claim: what parses and joins for many costs one of them more than its own row does. Where the snapshot shows a
 * receipt it is not tried to make one, and the bound of the wait for it isn't set: a replay takes the server 107 µs instead of
 * 140. What is removed meanwhile is then found all the same, and can't be replaced: it is asked again.
 */
export const askText: (names: Names) => string = perNames(
  ({ receipts }) => `
WITH made AS (
  INSERT INTO ${receipts} (
    id, tenant, operation, key, incarnation, created_at, fingerprint_version, fingerprint, credentials,
    on_failure, on_abandoned, ttl_ms, key_retention_ms, token, claimed_at, lease_ends_at, sweep_due_at, request)
  SELECT
    decode($1::text, 'hex'), $2::text, $3::text, $4::text, $5::text, t.now, $6::text::integer, $7::text, $8::text,
    $9::text, $10::text, $11::text::bigint, $12::text::bigint, $13::text, t.now,
    least(t.now + $14::text::bigint, ${MAX_WHOLE}), least(t.now + $15::text::bigint, ${MAX_WHOLE}), $16::bytea
  FROM (
    SELECT ${CLOCK_MS} AS now, CASE WHEN $18::text IS NOT NULL THEN set_config('lock_timeout', $18::text, true) END AS bound
    OFFSET 0
  ) t
  WHERE $17::text = 'creates' AND NOT EXISTS (SELECT FROM ${receipts} r WHERE r.id = decode($1::text, 'hex'))
  ON CONFLICT (id) DO NOTHING
  RETURNING created_at, ${CLOCK_MS} AS now
)
SELECT '0' AS n, m.created_at::text AS at, m.now::text, NULL AS facts, NULL AS outcome, NULL AS request
FROM made m
UNION ALL
SELECT '0', NULL, ${STATEMENT_MS}::text, ${RECEIPT}
FROM ${receipts} r
WHERE r.id = decode($1::text, 'hex') AND NOT EXISTS (SELECT FROM made)`,
)
