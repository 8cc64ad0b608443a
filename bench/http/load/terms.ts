import type { Recording } from '../profile/record.ts'

/**
 * - `without-key`: a request that nobody makes safe.
 * - `first-time`: each request has a key of its own.
 * - `replay`: each request's key has an outcome.
 */
export type Workload = 'without-key' | 'first-time' | 'replay'

/** What the load process is told to do, as a line of JSON. */
export interface LoadTerms {
  readonly port: number
  readonly path: string
  /** The status of a right answer. */
  readonly status: number
  /** Whether a replay says that it is one. */
  readonly marksReplays: boolean
  readonly workload: Workload
  /** Requests under way at any time, each on a connection of its own. */
  readonly atOnce: number
  readonly warmUpMs: number
  readonly cellMs: number
  /** The server's process. */
  readonly pid: number
  /** Profile the server meanwhile. */
  readonly recording?: Recording
}

/** What it answers. */
export interface Measured {
  readonly requests: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** The server's CPU time a request, of all its threads and child processes; `null` where the system doesn't tell. */
  readonly cpuUs: number | null
  /** Of that, the main thread's. */
  readonly mainThreadUs: number | null
  /** The load's own. */
  readonly loadCpuUs: number
}
