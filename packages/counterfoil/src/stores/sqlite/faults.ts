import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { type StoreFault, StoreUnavailable } from '../../core/index.ts'

/** What went wrong, as plain data that can leave the worker. */
export interface Fault {
  readonly fault: StoreFault
  readonly advice: string
}

export interface FaultContext {
  readonly path: string
  readonly busyTimeoutMs: number
}

export class NewerSchema extends Error {
  readonly version: number
  constructor(version: number) {
    super(`schema version ${version}`)
    this.version = version
  }
}

export class NoWriteAheadLog extends Error {
  readonly mode: string
  constructor(mode: string) {
    super(`journal mode ${mode}`)
    this.mode = mode
  }
}

/** One sentence that says what is wrong with which file, and what to do. Nothing of a receipt is in it. */
export function faultOf(error: unknown, { path, busyTimeoutMs }: FaultContext): Fault {
  if (error instanceof NewerSchema) {
    return {
      fault: 'newer_version',
      advice: `can't use ${path}: a newer version of Counterfoil wrote it (schema ${error.version}); upgrade this one`,
    }
  }
  if (error instanceof NoWriteAheadLog) {
    return {
      fault: 'failed',
      advice: `can't use ${path}: SQLite keeps it in journal mode ${error.mode} and not WAL; put the file on a local disk`,
    }
  }
  if (extendedCode(error) === SQLITE_IOERR_SHMSIZE) return noRoom(path)
  switch (primaryCode(error)) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {
        fault: 'locked',
        advice: `could not get ${path} to itself within ${busyTimeoutMs} ms: another process holds its lock; end that long transaction, or raise busyTimeoutMs`,
      }
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return {
        fault: 'read_only',
        advice: `may not write to ${path}; give this user the right to write to the file, to those beside it that end in -wal and -shm, and to their folder`,
      }
    case SQLITE_FULL:
      return {
        fault: 'full',
        advice: `has no room left for ${path}; free disk space: what is stored is safe`,
      }
    case SQLITE_CORRUPT:
      return {
        fault: 'corrupt',
        advice: `found ${path} damaged; stop its writers, keep a copy, and restore it or try 'sqlite3 … .recover'`,
      }
    case SQLITE_NOTADB:
      return {
        fault: 'corrupt',
        advice: `can't use ${path}: it is not a SQLite database, or its first page was overwritten; name another file or restore this one`,
      }
    case SQLITE_CANTOPEN:
      return existsSync(dirname(path))
        ? {
            fault: 'unreachable',
            advice: existsSync(path)
              ? `can't open ${path}; check that it is a file and no folder, and that this user may read and write it`
              : `can't make ${path}; give this user the right to write to its folder`,
          }
        : { fault: 'unreachable', advice: `can't open ${path}: its folder does not exist; create the folder` }
    case SQLITE_TOOBIG:
      return {
        fault: 'too_large',
        advice:
          'takes no outcome, request or step as large as this one (SQLite stores at most 1 GB in a row)',
      }
    default:
      return { fault: 'failed', advice: `failed on ${path}: ${plainText(error)}` }
  }
}

export function unavailable({ fault, advice }: Fault): StoreUnavailable {
  return new StoreUnavailable('SQLite', fault, advice)
}

export function isBusy(error: unknown): boolean {
  const code = primaryCode(error)
  return code === SQLITE_BUSY || code === SQLITE_LOCKED
}

/** The connection still reads what was there before somebody wrote, and may not write until it has read to the end. */
export function isOfAnOldRead(error: unknown): boolean {
  return extendedCode(error) === SQLITE_BUSY_SNAPSHOT
}

export function isConstraint(error: unknown): boolean {
  return primaryCode(error) === SQLITE_CONSTRAINT
}

export function isIoError(error: unknown): boolean {
  return primaryCode(error) === SQLITE_IOERR
}

/** Whether a connection may be of no use any more, so that the next call should open another one. */
export function spoilsConnection(fault: StoreFault): boolean {
  return fault !== 'locked' && fault !== 'full' && fault !== 'too_large'
}

/** SQLite's own error, or one of node:sqlite's. Anything else was thrown by somebody else, and is theirs. */
export function isStorageError(error: unknown): boolean {
  return primaryCode(error) !== undefined || error instanceof NewerSchema || error instanceof NoWriteAheadLog
}

// https://sqlite.org/rescode.html
const SQLITE_PERM = 3
const SQLITE_BUSY = 5
const SQLITE_LOCKED = 6
const SQLITE_READONLY = 8
const SQLITE_IOERR = 10
const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13
const SQLITE_CANTOPEN = 14
const SQLITE_TOOBIG = 18
const SQLITE_CONSTRAINT = 19
const SQLITE_NOTADB = 26

const SQLITE_BUSY_SNAPSHOT = 517

/** The memory that the processes share is a file too, and there was no room to make it longer. */
const SQLITE_IOERR_SHMSIZE = 4874

function extendedCode(error: unknown): number | undefined {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined
  return typeof code === 'number' ? code : undefined
}

/** The low byte of SQLite's extended code. */
function primaryCode(error: unknown): number | undefined {
  const code = extendedCode(error)
  return code === undefined ? undefined : code & 0xff
}

function noRoom(path: string): Fault {
  return { fault: 'full', advice: `has no room left for ${path}; free disk space: what is stored is safe` }
}

/** SQLite's name for the failure, not its message: a message could quote what was to be stored. */
function plainText(error: unknown): string {
  if (error instanceof Error && 'errstr' in error && 'errcode' in error) {
    return `${String(error.errstr)} (SQLite code ${String(error.errcode)}); see the log of the system`
  }
  return `${error instanceof Error ? error.name : 'an unknown error'}; this is a defect, please report it`
}
