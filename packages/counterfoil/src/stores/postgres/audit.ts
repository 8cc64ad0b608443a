import { type Finding, fact, refusal, warning } from '../../core/index.ts'
import type { DriverFacts } from './driver.ts'
import type { Executor } from './executor.ts'
import { literal, type Names } from './names.ts'
import type { Hearing } from './watchers.ts'

/** The oldest server that the tests have seen is 15; nothing newer than 14's is used. */
const OLDEST_VERSION = 140_000

/** What holds on this very server: asked of it now, not recited from the settings. */
export async function audit(
  executor: Executor,
  names: Names,
  driver: DriverFacts,
  hearing: Hearing,
): Promise<Finding[]> {
  const { rows } = await executor.query(auditText(names), [])
  const is = JSON.parse(rows[0]?.facts as string) as ServerFacts
  return [
    primary(is),
    ...durability(is, driver),
    ...tables(is),
    isolation(is),
    waiting(hearing),
    fact(
      "Time is the server's clock, and the clocks of its clients decide nothing: a step of it forwards ends leases and retentions that much early, a step back makes them that much longer.",
    ),
    Number(is.version_number) >= OLDEST_VERSION
      ? fact(`PostgreSQL ${is.version}, through the driver '${driver.name}'.`)
      : warning(
          `PostgreSQL ${is.version} is older than 14, on which nothing here is tested; upgrade the server.`,
        ),
  ]
}

interface ServerFacts {
  readonly version: string
  readonly version_number: string
  readonly recovery: string
  readonly read_only: string
  readonly isolation: string
  readonly fsync: string
  readonly full_page_writes: string
  readonly synchronous_commit: string
  readonly standbys: string
  readonly encoding: string
  readonly persistence: string | null
}

function auditText({ receipts }: Names): string {
  return `
SELECT row_to_json(f)::text AS facts FROM (SELECT
  current_setting('server_version') AS version, current_setting('server_version_num') AS version_number,
  pg_is_in_recovery()::text AS recovery, current_setting('transaction_read_only') AS read_only,
  current_setting('transaction_isolation') AS isolation, current_setting('fsync') AS fsync,
  current_setting('full_page_writes') AS full_page_writes,
  current_setting('synchronous_commit') AS synchronous_commit,
  current_setting('synchronous_standby_names') AS standbys, current_setting('server_encoding') AS encoding,
  (SELECT relpersistence::text FROM pg_class WHERE oid = to_regclass(${literal(receipts)})) AS persistence
) f`
}

function primary({ recovery, read_only }: ServerFacts): Finding {
  if (recovery === 'true') {
    return refusal(
      'The server is a standby: it takes no claim, and shows receipts as they were; name the primary.',
    )
  }
  return read_only === 'on'
    ? refusal(
        'The session is read-only (default_transaction_read_only): no claim can be written; turn it off for this user.',
      )
    : fact('The server is a primary, and takes writes.')
}

function durability(is: ServerFacts, { seesNotices, name }: DriverFacts): Finding[] {
  const findings: Finding[] = []
  if (is.fsync === 'off') {
    findings.push(
      refusal(
        'fsync is off: a crash of the system may lose or damage receipts that were answered; turn it on.',
      ),
    )
  }
  if (is.full_page_writes === 'off') {
    findings.push(
      warning('full_page_writes is off: a power cut may damage pages, unless the disk writes them whole.'),
    )
  }
  if (is.synchronous_commit === 'off') {
    findings.push(
      refusal(
        'synchronous_commit is off: a crash of the server may forget a claim that was answered, and it would run twice; turn it on for this user.',
      ),
    )
  } else if (is.fsync === 'on') {
    findings.push(
      fact(
        "Every answer comes after the server's log is on disk: a crash of the server loses nothing that was answered.",
      ),
    )
  }
  if (is.standbys === '') {
    findings.push(
      warning(
        'There is no synchronous standby: a failover to another server may forget the latest claims, and run them again.',
      ),
    )
  } else if (is.synchronous_commit === 'local') {
    findings.push(
      warning(
        'synchronous_commit is local: answers do not wait for the synchronous standby, and a failover may forget them.',
      ),
    )
  } else {
    findings.push(
      fact(
        `Answers wait for a synchronous standby (${is.synchronous_commit}): a failover to it forgets none.`,
      ),
    )
    if (!seesNotices) {
      findings.push(
        warning(
          `Through the driver '${name}' a cancelled wait for the standby goes unnoticed: such a claim may not survive a failover; use 'pg'.`,
        ),
      )
    }
  }
  return findings
}

function tables({ encoding, persistence }: ServerFacts): Finding[] {
  const findings: Finding[] = []
  if (persistence === 'u') {
    findings.push(
      refusal(
        'The table of receipts is UNLOGGED: a crash of the server empties it; ALTER TABLE … SET LOGGED.',
      ),
    )
  }
  if (encoding !== 'UTF8') {
    findings.push(
      refusal(
        `The database's encoding is ${encoding}: keys outside of it can't be kept; create one with UTF8.`,
      ),
    )
  }
  return findings
}

function isolation({ isolation: level }: ServerFacts): Finding {
  return level === 'read committed'
    ? fact('Statements run at READ COMMITTED.')
    : warning(
        `Statements run at ${level.toUpperCase()}: what meets another writer fails and is sent again; give this user READ COMMITTED.`,
      )
}

function waiting(hearing: Hearing): Finding {
  switch (hearing) {
    case 'heard':
      return fact('Waiters are told by NOTIFY, on one connection for the process.')
    case 'unheard':
      return warning(
        'Notifications do not come through: a pooler in transaction mode (PgBouncer) stands in between; waiters poll every 15 to 500 ms instead.',
      )
    case 'lost':
      return warning(
        'The connection that listens is lost and is being made again; until then waiters poll every 15 to 500 ms.',
      )
    case 'not yet':
      return fact(
        'Waiters are told by NOTIFY where it comes through, and poll where it does not; nobody has waited yet.',
      )
  }
}
