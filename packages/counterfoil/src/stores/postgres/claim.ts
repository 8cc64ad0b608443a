import {
  type ClaimDecision,
  type ClaimRequest,
  decideClaim,
  fenceOf,
  holds,
  type Running,
  type StoreTime,
  sweepDueAt,
} from '../../core/index.ts'
import { Blob } from './blob.ts'
import { CLOCK_MS, STATEMENT_MS } from './clock.ts'
import type { Executor, Row } from './executor.ts'
import type { Names } from './names.ts'
import { perNames } from './per-names.ts'
import { insist } from './races.ts'
import { MAX_WHOLE, RECEIPT, type Stored, storedOf, whole } from './row.ts'
import { replace } from './write.ts'

/**
 * The claim, through any executor: a connection of the store's, or a transaction of the user's own.
 *
 * One statement, `ask`, makes the receipt of a key that has none, and otherwise reads the one that is there. On what it
 * read the pure `decideClaim` decides; most answers write nothing (a replay, a conflict, in progress, …) and are given
 * at once. Where the decision is to take the claim over, a second statement writes it on the condition that the receipt
 * is still the very version that was decided on (write.ts), and if it isn't, all begins anew. Why it holds:
 *
 * - Two first claims of one key: the second one's INSERT waits for the first to commit or roll back, and then does
 *   nothing or inserts ("INSERT", ON CONFLICT DO NOTHING, at READ COMMITTED: manual 13.2.1). There is one row.
 * - The reading half sees the statement's snapshot, from before that wait. A row that was committed meanwhile was not
 *   inserted by us and is not seen either: no row at all comes back. That is no answer, and it is asked again.
 * - The same snapshot may still show a receipt that the sweep has removed before our INSERT came to it. What was made is
 *   therefore never read: the two halves of the answer exclude each other.
 * - The time of a decision that writes nothing is that of the statement's beginning, which is no later than its
 *   snapshot: a lease that has ended by then has ended in the snapshot too, and nobody had renewed it. A time read
 *   after the snapshot could call a lease lapsed that was renewed in between. An old moment errs towards "still in
 *   progress", and that was true when the call began.
 * - Taking over: every write makes another revision (`waited` alone doesn't: it is no part of the receipt). Whoever
 *   settled, renewed, recovered, swept or took over since the reading made the condition false, and we look again.
 *   What nobody wrote to is as abandoned, or as expired, as it was: time only adds to it. The new lease counts from the
 *   reading, a round trip early, and the holder counts its own from before that.
 * - The times of a first claim are read as the row is built, before a wait for a rival's open transaction, so its lease
 *   may come out shorter than asked for, and the holder's own count with it. Where that took long, the claim is sent
 *   again under its token, and its lease starts anew.
 */
export async function claim(
  executor: Executor,
  names: Names,
  request: ClaimRequest,
  ask: (request: ClaimRequest) => Promise<Asked> = (asked) => askOne(executor, names, asked),
): Promise<ClaimDecision> {
  let won: Extract<ClaimDecision, { kind: 'claimed' }> | undefined
  return insist('a claim', async () => {
    const found = await ask(request)
    if (found.kind === 'nothing') return undefined
    if (found.kind === 'made') {
      won = decideClaim(undefined, request, found.at) as typeof won
      return found.waited === 'long' ? undefined : won
    }
    const decision = decideClaim(found.stored?.receipt, request, found.now)
    // Made by us, and gone on without us: its lease was over before we had the answer. It was ours all the same.
    if (won !== undefined && !isSameAttempt(decision, won)) return won
    if (decision.kind !== 'claimed' || found.stored === undefined) return decision
    return (await replace(executor, names, found.stored, decision.receipt)) ? decision : undefined
  })
}

function isSameAttempt(decision: ClaimDecision, { receipt }: { readonly receipt: Running }): boolean {
  return decision.kind === 'claimed' && holds(fenceOf(receipt), decision.receipt)
}

/** What the statement said of one request. `nothing`: somebody's receipt came up meanwhile; ask again. */
export type Asked =
  | { readonly kind: 'made'; readonly at: StoreTime; readonly waited: 'briefly' | 'long' }
  | { readonly kind: 'found'; readonly stored: Stored | undefined; readonly now: StoreTime }
  | { readonly kind: 'nothing' }

/** How long a first claim may wait inside its statement before its lease is started anew. */
const LONG_WAIT_MS = 100

async function askOne(executor: Executor, names: Names, request: ClaimRequest): Promise<Asked> {
  const { rows } = await executor.query(askText(names), askValues([request], null))
  return askedOf(rows, [request])[0] as Asked
}

/**
 * The values of `askText` for requests that travel together.
 *
 * @param lockTimeoutMs how long the statement waits for somebody's open transaction; `null` leaves the setting alone,
 *   as it must where the transaction is the user's.
 */
export function askValues(requests: readonly ClaimRequest[], lockTimeoutMs: number | null): unknown[] {
  const blob = new Blob()
  const rows = requests.map((request, n) => {
    const first = decideClaim(undefined, { ...request, intent: 'run' }, 0) as { receipt: Running }
    return {
      n,
      id: request.id,
      creates: request.intent !== 'recover',
      tenant: request.tenant,
      operation: request.operation,
      key: request.key,
      incarnation: request.incarnation,
      fingerprint_version: request.fingerprint.version,
      fingerprint: request.fingerprint.digest,
      credentials: request.credentials,
      on_failure: request.policies.onFailure,
      on_abandoned: request.policies.onAbandoned,
      ttl_ms: whole(request.ttlMs),
      key_retention_ms: whole(request.keyRetentionMs),
      token: request.token,
      lease_ms: whole(request.leaseMs),
      due_ms: whole(sweepDueAt(first.receipt)),
      ...blob.add('request', request.request),
    }
  })
  return [JSON.stringify(rows), blob.bytes(), lockTimeoutMs === null ? null : String(lockTimeoutMs)]
}

/** One answer for each request, in their order. */
export function askedOf(rows: readonly Row[], requests: readonly ClaimRequest[]): Asked[] {
  const asked = requests.map((): Asked => ({ kind: 'nothing' }))
  for (const row of rows) {
    const now = Number(row.now)
    if (row.facts === null) {
      const at = Number(row.made_at)
      asked[Number(row.n)] = { kind: 'made', at, waited: now - at > LONG_WAIT_MS ? 'long' : 'briefly' }
    } else asked[Number(row.n)] = { kind: 'found', stored: storedOf(row), now }
  }
  return asked.map((answer, n) =>
    // It never makes a receipt, and none was there.
    answer.kind === 'nothing' && requests[n]?.intent === 'recover'
      ? { kind: 'found', stored: undefined, now: 0 }
      : answer,
  )
}

/**
 * The rows come in the order of their ids, and so do the locks: two batches with keys in common can't wait for each
 * other. The reading is by LATERAL, one look into the index for each key, so that no plan made while the table was small
 * reads the whole of it later.
 */
export const askText: (names: Names) => string = perNames(
  ({ receipts }) => `
WITH asked AS MATERIALIZED (
  SELECT x.n, decode(x.id, 'hex') AS id, x.creates, x.tenant, x.operation, x.key, x.incarnation,
    x.fingerprint_version, x.fingerprint, x.credentials, x.on_failure, x.on_abandoned, x.ttl_ms, x.key_retention_ms,
    x.token, x.lease_ms, x.due_ms, substring($2::bytea FROM x.request_at FOR x.request_size) AS request
  FROM
    (SELECT CASE WHEN $3::text IS NOT NULL THEN set_config('lock_timeout', $3::text, true) END OFFSET 0) AS bound,
    json_to_recordset($1::text::json) AS x (
      n integer, id text, creates boolean, tenant text, operation text, key text, incarnation text,
      fingerprint_version integer, fingerprint text, credentials text, on_failure text, on_abandoned text,
      ttl_ms bigint, key_retention_ms bigint, token text, lease_ms bigint, due_ms bigint,
      request_at integer, request_size integer)
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
)
SELECT a.n::text, m.created_at::text AS made_at, m.now::text, NULL AS facts, NULL::bytea AS outcome, NULL::bytea AS request
FROM asked a JOIN made m ON m.id = a.id AND m.incarnation = a.incarnation AND m.token = a.token
UNION ALL
SELECT a.n::text, NULL, ${STATEMENT_MS}::text, s.facts, s.outcome, s.request
FROM asked a, LATERAL (SELECT ${RECEIPT} FROM ${receipts} r WHERE r.id = a.id LIMIT 1) s
WHERE NOT EXISTS (SELECT FROM made m WHERE m.id = a.id)`,
)
