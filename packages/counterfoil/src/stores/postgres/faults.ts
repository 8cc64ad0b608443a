import { CounterfoilError, certificateAdvice, type StoreFault, StoreUnavailable } from '../../core/index.ts'
import { SCHEMA_VERSION } from './migrations.ts'

/** The tables are not there, or are those of another version. */
export class SchemaMismatch extends Error {
  readonly schema: string
  readonly found: number | undefined
  constructor(schema: string, found: number | undefined) {
    super(`schema version ${found}`)
    this.schema = schema
    this.found = found
  }
}

/** No answer within the store's bound. */
export class NoAnswer extends Error {
  readonly waitedFor: 'connection' | 'statement' | 'replicas'
  readonly afterMs: number
  constructor(waitedFor: NoAnswer['waitedFor'], afterMs: number) {
    super(`no ${waitedFor} within ${afterMs} ms`)
    this.waitedFor = waitedFor
    this.afterMs = afterMs
  }
}

/** A statement of the store's own failed inside a transaction; the cause is what it failed with. */
export class StatementFailed extends Error {
  constructor(cause: unknown) {
    super('a statement failed', { cause })
  }
}

/** COMMIT was answered with ROLLBACK. */
export class RolledBack extends Error {
  constructor() {
    super(
      'COMMIT was answered with ROLLBACK: a statement that nobody waited for had failed; await each of them',
    )
  }
}

/** A read would be of a copy that lags behind. */
export class IsReplica extends Error {}

/** One field of a row takes at most 1 GB ("PostgreSQL Limits"), and a driver makes up to four times that of it. */
export const MAX_BYTES: number = 128 * 1024 * 1024

export class TooLarge extends Error {}

/** What went wrong, for the caller: a `StoreUnavailable` with one sentence. Nothing of a receipt and no password is in it. */
export function unavailable(error: unknown): CounterfoilError {
  if (error instanceof CounterfoilError) return error
  if (error instanceof StatementFailed) return unavailable(error.cause)
  const [fault, advice] = faultOf(error)
  return new StoreUnavailable('PostgreSQL', fault, advice)
}

function faultOf(error: unknown): readonly [StoreFault, string] {
  if (error instanceof SchemaMismatch) return mismatch(error)
  if (error instanceof NoAnswer) return noAnswer(error)
  if (error instanceof IsReplica) return ['read_only', REPLICA]
  if (error instanceof TooLarge) {
    return ['too_large', `takes no outcome, request or step above ${MAX_BYTES / 1024 / 1024} MiB`]
  }
  const code = stateIn(error)
  if (code === undefined) return connectionFault(error)
  const known = byState[code] ?? byState[code.slice(0, 2)]
  return known ?? ['failed', `failed with SQLSTATE ${code}; see the server's log`]
}

const REPLICA =
  'is connected to a standby or a read-only session, and claims need the primary; name the primary, or add target_session_attrs=read-write'

const NO_TABLES =
  "found no tables of its own; create them by 'counterfoil receipts migrate --store <url>', or open it with the option migrate"

/** By SQLSTATE, or by its class: "PostgreSQL Error Codes". */
const byState: Readonly<Record<string, readonly [StoreFault, string]>> = {
  '08': ['unreachable', 'lost its connection to the server; what was under way may have been written'],
  '22': ['failed', 'sent a value that the server does not take; this is a defect, please report it'],
  '25006': ['read_only', REPLICA],
  '28': ['unreachable', 'was refused by the server; check the user and the password'],
  '3D000': ['unreachable', 'found no such database on the server; create it or name another'],
  '3F000': ['failed', NO_TABLES],
  '42P01': ['failed', NO_TABLES],
  '42501': [
    'read_only',
    'may not read and write its tables; give this user SELECT, INSERT, UPDATE and DELETE on them',
  ],
  '40003': ['unreachable', 'was not told how its statement ended; it may have been written'],
  '40': ['locked', 'met other transactions on the same receipt in every try; send the request again'],
  '53100': ['full', 'has no disk space left on the server; free some: what is stored is safe'],
  '53200': ['unreachable', 'found the server out of memory'],
  '53300': [
    'unreachable',
    'was refused since the server has no connection left; raise max_connections or make pools smaller',
  ],
  '54': ['too_large', 'takes no outcome, request or step as large as this one'],
  '55P03': [
    'locked',
    "waited in vain for another transaction that holds the receipt; end that transaction, or use 'onceInTransaction' for this operation alone",
  ],
  '57014': [
    'unreachable',
    'had its statement cancelled, and wrote nothing; see the statement_timeout of its connections',
  ],
  '57': [
    'unreachable',
    'lost its connection, since the server is shutting down or starting; what was under way may have been written',
  ],
  '58': ['failed', "met an error of the server's system; see the server's log"],
  XX001: ['corrupt', "found damaged data on the server; see the server's log"],
  XX002: ['corrupt', "found a damaged index on the server; see the server's log"],
}

function mismatch({ schema, found }: SchemaMismatch): readonly [StoreFault, string] {
  if (found === undefined) {
    return [
      'failed',
      `found no tables in the schema '${schema}'; create them by 'counterfoil receipts migrate --store <url>', or open it with the option migrate (?migrate=true in a URL)`,
    ]
  }
  return found > SCHEMA_VERSION
    ? [
        'newer_version',
        `can't use the tables in the schema '${schema}': a newer version of Counterfoil made them (schema ${found}); upgrade this one`,
      ]
    : [
        'failed',
        `found tables of an older version in the schema '${schema}' (schema ${found} of ${SCHEMA_VERSION}); run 'counterfoil receipts migrate --store <url>'`,
      ]
}

function noAnswer({ waitedFor, afterMs }: NoAnswer): readonly [StoreFault, string] {
  switch (waitedFor) {
    case 'connection':
      return [
        'unreachable',
        `got no connection within ${afterMs} ms: the server doesn't answer, or others hold all connections of the pool`,
      ]
    case 'statement':
      return ['unreachable', `got no answer within ${afterMs} ms; what was under way may have been written`]
    case 'replicas':
      return [
        'unreachable',
        'wrote, and the wait for the synchronous replica was cancelled: it may not survive a failover; send the request again',
      ]
  }
}

function connectionFault(error: unknown): readonly [StoreFault, string] {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
  if (code === 'ECONNREFUSED' || code === 'ENOENT') {
    return ['unreachable', 'found no server at its address; start it, or put the host and port right']
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return ['unreachable', "can't resolve its server's name; put the host right, or check DNS"]
  }
  const certificate = certificateAdvice(error)
  if (certificate !== undefined) return ['unreachable', certificate]
  const refusal = byDriversWords.find(([words]) => error instanceof Error && error.message.startsWith(words))
  if (refusal !== undefined) return ['unreachable', refusal[1]]
  return [
    'unreachable',
    `lost its connection to the server${code === undefined ? '' : ` (${code})`}; what was under way may have been written`,
  ]
}

/** What `pg` gives up by itself before a connection stands, and has no code for. */
const byDriversWords: readonly (readonly [words: string, advice: string])[] = [
  ['SASL: ', 'is asked for a password by the server; put the right one into the URL or the pool'],
  [
    'The server does not support SSL connections',
    'asks for TLS, which the server does not speak; turn it on there, or name another sslmode',
  ],
]

/** Five characters, for an answer of the server itself; anything else is of the network or the driver. */
export function sqlStateOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? stateOf(error.code) : undefined
}

/** A driver's own codes are longer, and Node's begin with E. */
function stateOf(code: unknown): string | undefined {
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code)
    ? code
    : undefined
}

/** How many errors deep an answer of the server's is looked for: query builders wrap what their driver throws. */
const MAX_CAUSES = 8

/** The same for an error that may wrap another, as query builders do. */
export function stateIn(error: unknown): string | undefined {
  let at = error
  for (let depth = 0; depth < MAX_CAUSES && typeof at === 'object' && at !== null; depth += 1) {
    const { code, originalCode, cause, meta } = at as Wrapping
    // Prisma's own codes look like the server's. What the server said is in `originalCode`, two wrappers further down.
    if (code === 'P2034') return '40001'
    const state = stateOf(originalCode) ?? (isPrismas(code) ? undefined : stateOf(code))
    if (state !== undefined) return state
    at = cause ?? meta?.driverAdapterError
  }
  return undefined
}

interface Wrapping {
  readonly code?: unknown
  readonly originalCode?: unknown
  readonly cause?: unknown
  readonly meta?: { readonly driverAdapterError?: unknown }
}

/** Whether a transaction met another one, so that nothing of it was committed and it may be done again. */
export function isClash(error: unknown): boolean {
  const state = stateIn(error)
  return state === '40001' || state === '40P01'
}

/** An answer of the server's which says for sure that nothing was committed. */
export function isDefinite(error: unknown): boolean {
  if (error instanceof RolledBack || (error instanceof Error && error.cause instanceof RolledBack))
    return true
  const state = stateIn(error)
  return state !== undefined && state !== '40003' && !/^(08|57|58|XX)/.test(state)
}

/** The server rolled the statement back, and says that it may be sent again. */
export function isSerializationFailure(error: unknown): boolean {
  const code = sqlStateOf(error)
  return code === '40001' || code === '40P01'
}

/** The connection is another one than the statement was prepared on: a pooler stands in between. */
export function isUnprepared(error: unknown): boolean {
  const code = sqlStateOf(error)
  return code === '26000' || code === '42P05'
}

/** The server refused the statement as a whole and wrote nothing of it: another one may still be taken. */
export function wroteNothing(error: unknown): boolean {
  const code = sqlStateOf(error)
  // A statement that is cancelled is rolled back; whose wait for a replica is cancelled is a success, with a notice.
  if (code === '57014') return true
  return error instanceof TooLarge || (code !== undefined && code !== '40003' && !/^(08|57|58|XX)/.test(code))
}

/** "Error message reference" of Prisma's. PostgreSQL's only class with a P is P0. */
function isPrismas(code: unknown): boolean {
  return /^P[1-9][0-9]{3}$/.test(String(code))
}

/** `lock_timeout` is over: somebody's open transaction holds the receipt, and nothing was written. */
export function isHeld(error: unknown): boolean {
  return sqlStateOf(error) === '55P03'
}
