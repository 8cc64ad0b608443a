/** Written into the file; a file of a newer version is refused, never guessed at. */
export const SCHEMA_VERSION = 1

/**
 * Everything that the store keeps. The names are prefixed, so that receipts may live in an application's own file.
 *
 * A rowid table with a unique index on the 32-byte id: WITHOUT ROWID, with the outcome inline in the key's b-tree, is
 * four times slower. Outcome and request stand last, so that a scan over the other columns never reads their pages.
 */
export const schema = `
CREATE TABLE counterfoil_receipts (
  seq                 INTEGER PRIMARY KEY,   -- created_at × 1000, made unique: a page of the list needs no index
  id                  BLOB    NOT NULL UNIQUE CHECK (length(id) = 32),
  tenant              TEXT    NOT NULL,
  operation           TEXT    NOT NULL,
  key                 TEXT,                  -- NULL where keys are not kept in clear
  incarnation         TEXT    NOT NULL,
  created_at          INTEGER NOT NULL,      -- every time: milliseconds since 1970
  fingerprint_version INTEGER NOT NULL,
  fingerprint         TEXT    NOT NULL,
  credentials         TEXT,
  on_failure          TEXT    NOT NULL,
  on_abandoned        TEXT    NOT NULL,
  ttl_ms              INTEGER NOT NULL,
  key_retention_ms    INTEGER NOT NULL,
  attempt             INTEGER NOT NULL,
  token               TEXT    NOT NULL,
  purpose             TEXT    NOT NULL,
  claimed_at          INTEGER NOT NULL,
  predecessor         TEXT    NOT NULL,
  doubt_since         INTEGER,
  generations         TEXT    NOT NULL,      -- JSON: step → definite refusals
  history             TEXT    NOT NULL,      -- JSON: past attempts and changes by hand
  state               TEXT    NOT NULL CHECK (state IN ('in_progress', 'succeeded', 'failed')),
  retryable           INTEGER,               -- of a failure: 1 is released
  lease_ends_at       INTEGER,               -- while in progress
  given_up            TEXT,                  -- while in progress: 'in_doubt' or 'tombstone'
  recoverable_at      INTEGER,               -- while in doubt
  settled_at          INTEGER,
  sweep_due_at        INTEGER,               -- NULL: the sweep has nothing to do for it
  outcome             BLOB,                  -- while in doubt: the refusal
  request             BLOB
) STRICT;

-- First the settled receipts, whose lease is NULL, by when the sweep is due; then those in progress, by their lease.
-- One index for both: a claim and its settle write to the same page of it, where the newest of both kinds meet.
CREATE INDEX counterfoil_receipts_times ON counterfoil_receipts (lease_ends_at, sweep_due_at, operation);

CREATE TABLE counterfoil_steps (
  incarnation TEXT NOT NULL,
  step        TEXT NOT NULL,                 -- the name as JSON, so that any text is told from any other
  result      BLOB NOT NULL,
  PRIMARY KEY (incarnation, step)
) STRICT;

CREATE TABLE counterfoil_meta (
  name  TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT;
`
