import type { Names } from './names.ts'

/** One step of the schema's history, in SQL that a team can run by a tool of its own. */
export interface Migration {
  readonly version: number
  readonly says: string
  readonly sql: string
}

/** The schema that this version of the library works on. */
export const SCHEMA_VERSION = 1

/** All of them, oldest first. Each one records itself, so that it doesn't matter who ran it. */
export function migrations(names: Names): readonly Migration[] {
  return [{ version: 1, says: 'receipts and the results of their steps', sql: first(names) }]
}

/** Every migration as one script: what `counterfoil receipts migrate --print` prints. */
export function migrationScript(names: Names, after: number = 0): string {
  const parts = migrations(names)
    .filter(({ version }) => version > after)
    .map(({ version, says, sql }) => `-- Counterfoil, migration ${version}: ${says}\n\n${sql.trim()}\n`)
  if (after === 0 && names.plainSchema !== 'public') parts.unshift(`${createSchema(names)};\n`)
  return parts.join('\n')
}

/** `public` is there, and to name it in a CREATE SCHEMA takes a right that few have. */
export function createSchema({ schema }: Names): string {
  return `CREATE SCHEMA IF NOT EXISTS ${schema}`
}

/**
 * - One table, and the outcome in it: a second table cost 13 % more WAL and gained nothing at 1 KiB. What is longer than
 *   2 KB PostgreSQL keeps beside the row, so that no claim reads past it; EXTERNAL spares the attempt to compress it.
 * - fillfactor 70 leaves room on the page for the settle's new version of the row.
 * - Two indexes beside the key's. `receipts_lapses` holds what is in progress alone, to find what was abandoned; its
 *   condition is one that no statement about a single receipt implies, or a plan might look there for a key. None is
 *   for the sweep of what is settled: it would get an entry more with every claim and with every settle, which took a
 *   fifth off what 512 callers get done. The sweep reads the table in stretches instead (sweep.ts).
 * - COLLATE "C": texts are told apart by their bytes, and never by a locale's idea of them.
 */
function first(names: Names): string {
  const { receipts, steps, indexes } = names
  return `
CREATE TABLE ${receipts} (
  id                  bytea   PRIMARY KEY CHECK (octet_length(id) = 32),
  tenant              text    COLLATE "C" NOT NULL,
  operation           text    COLLATE "C" NOT NULL,
  key                 text    COLLATE "C",   -- NULL where keys are not kept in clear
  incarnation         text    COLLATE "C" NOT NULL,
  revision            bigint  NOT NULL DEFAULT 1,   -- one more with every change: what a compare-and-set compares
  waited              boolean NOT NULL DEFAULT false,   -- somebody waits for it: changes are notified
  created_at          bigint  NOT NULL,      -- every time: milliseconds since 1970, by this server's clock
  fingerprint_version integer NOT NULL,
  fingerprint         text    COLLATE "C" NOT NULL,
  credentials         text    COLLATE "C",
  on_failure          text    NOT NULL,
  on_abandoned        text    NOT NULL,
  ttl_ms              bigint  NOT NULL,
  key_retention_ms    bigint  NOT NULL,
  attempt             integer NOT NULL DEFAULT 1,
  token               text    COLLATE "C" NOT NULL,
  purpose             text    NOT NULL DEFAULT 'run',
  claimed_at          bigint  NOT NULL,
  predecessor         text    NOT NULL DEFAULT 'none',
  doubt_since         bigint,
  generations         text    COLLATE "C" NOT NULL DEFAULT '{}',   -- JSON: step → definite refusals
  history             text    COLLATE "C" NOT NULL DEFAULT '[]',   -- JSON: past attempts and changes by hand
  state               text    NOT NULL DEFAULT 'in_progress' CHECK (state IN ('in_progress', 'succeeded', 'failed')),
  retryable           boolean,               -- of a failure: true is released
  lease_ends_at       bigint,                -- while in progress
  given_up            text,                  -- while in progress: 'in_doubt' or 'tombstone'
  recoverable_at      bigint,                -- while in doubt
  settled_at          bigint,
  sweep_due_at        bigint,                -- NULL: the sweep has nothing to do for it
  outcome             bytea,                 -- while in doubt: the refusal
  request             bytea
) WITH (fillfactor = 70);

ALTER TABLE ${receipts} ALTER COLUMN outcome SET STORAGE EXTERNAL, ALTER COLUMN request SET STORAGE EXTERNAL;

CREATE INDEX ${indexes.created} ON ${receipts} (created_at);
CREATE INDEX ${indexes.lapses} ON ${receipts} (lease_ends_at) WHERE lease_ends_at IS NOT NULL;

CREATE TABLE ${steps} (
  incarnation text  COLLATE "C" NOT NULL,
  step        text  COLLATE "C" NOT NULL,    -- the name as JSON, so that any text is told from any other
  result      bytea NOT NULL,
  PRIMARY KEY (incarnation, step)
);

CREATE TABLE ${names.migrations} (
  version    integer     PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

INSERT INTO ${names.migrations} (version) VALUES (1);
`
}
