import {
  type ClaimDecision,
  type ClaimRequest,
  decideClaim,
  type Running,
  type StoreTime,
  wholeMs,
} from '../../core/index.ts'
import type { StoreClock } from './clock.ts'
import { insertValues } from './row.ts'
import type { Tables } from './tables.ts'

/**
 * The claim. It runs between BEGIN IMMEDIATE and COMMIT (transaction.ts), and that is why it holds:
 *
 * - BEGIN IMMEDIATE takes the file's one write lock before anything is read, so that nobody, in this process or
 *   another, can write between what is read here and what is written here ("Transactions", lang_transaction.html §2.2;
 *   "Isolation In SQLite", isolation.html). The pure function may therefore decide.
 * - Two first claims of one key: the second one's BEGIN IMMEDIATE waits, and then its INSERT meets the first one's row
 *   and does nothing ("UPSERT", lang_upsert.html §2). Were the lock ever lost, the unique index alone would still
 *   refuse the second.
 * - A claim against a settle, a renewal, an operator or the sweep: whoever comes second decides on what the first wrote.
 * - A lapsed lease is taken over by one of many: the second one finds a living lease under another token.
 *
 * The answer is the decision that was written, never read back afterwards. The fsync is COMMIT's.
 */
export function claim(tables: Tables, request: ClaimRequest, clock: StoreClock): ClaimDecision {
  // The common path, the first request of a key, is one statement: CLAIM_ABSENT.
  const first = decideClaim(undefined, request, clock.now())
  if (first.kind === 'claimed' && insert(tables, first.receipt)) return first

  const stored = tables.read(request.id)
  const decision = decideClaim(stored, request, clock.now())
  if (decision.kind !== 'claimed' || stored === undefined) return decision
  if (decision.receipt.incarnation === stored.incarnation) {
    tables.update(decision.receipt)
  } else {
    // The key was forgotten and starts anew: nothing of its former life may be met again, its steps least of all.
    tables.remove(stored)
    insert(tables, decision.receipt)
  }
  return decision
}

/**
 * An answer that changes nothing (a replay, a conflict, in progress, …) is decided on what one read finds, without the
 * write lock: it is the answer of that moment, and durable, since SQLite shows a transaction to others only after its
 * fsync. `undefined` where something is to be written: that is decided anew under the lock, by `claim`.
 */
export function answerWithoutWriting(
  tables: Tables,
  request: ClaimRequest,
  now: () => StoreTime,
): ClaimDecision | undefined {
  const stored = tables.read(request.id)
  if (stored === undefined) return undefined
  const decision = decideClaim(stored, request, now())
  return decision.kind === 'claimed' ? undefined : decision
}

// seq: the time of creation × 1000, so that up to a thousand receipts of one millisecond are told apart without a gap.
const CLAIM_ABSENT = `
INSERT INTO counterfoil_receipts (
  seq,
  id, tenant, operation, key, incarnation, created_at, fingerprint_version, fingerprint,
  credentials, on_failure, on_abandoned, ttl_ms, key_retention_ms,
  attempt, token, purpose, claimed_at, predecessor, doubt_since,
  generations, history, state, retryable,
  lease_ends_at, given_up, recoverable_at, settled_at, sweep_due_at, outcome, request
) VALUES (
  max(?, (SELECT coalesce(max(seq), 0) + 1 FROM counterfoil_receipts)),
  ?, ?, ?, ?, ?, ?, ?, ?,
  ?, ?, ?, ?, ?,
  ?, ?, ?, ?, ?, ?,
  ?, ?, ?, ?,
  ?, ?, ?, ?, ?, ?, ?
)
ON CONFLICT (id) DO NOTHING`

/** `false` where there is a receipt under this id already; then nothing has changed. */
function insert(tables: Tables, receipt: Running): boolean {
  return (
    tables.prepared(CLAIM_ABSENT).run(wholeMs(receipt.createdAt) * 1000, ...insertValues(receipt)).changes ===
    1
  )
}

/** The claim as it runs, for `describe()`. */
export const CLAIM_FOR_HUMANS: string = `-- A read decides whether anything is to be written at all; if so:
BEGIN IMMEDIATE;${CLAIM_ABSENT};

-- If there was a receipt already, still inside the transaction:
SELECT * FROM counterfoil_receipts WHERE id = ?;
-- decideClaim(receipt, request, now) decides. Where it says claimed, and the receipt lives on:
UPDATE counterfoil_receipts SET … WHERE id = ?;
-- Where it says claimed because the key was forgotten: DELETE the row and its steps, and INSERT as above.

COMMIT;`
