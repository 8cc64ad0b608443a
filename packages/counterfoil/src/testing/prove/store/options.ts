import type { ProofProgress } from '../progress.ts'

/** How a store is put to the test. All of it may be left out; what needs a command is then `not_shown`. */
export interface StoreProofOptions {
  /** How often a storm is run. Default 5. */
  readonly rounds?: number
  /** That a storm's calls come from. Default 4. */
  readonly processes?: number
  /** In a storm, of each process. Default 200. */
  readonly calls?: number
  /**
   * By how much the store's clock may run otherwise than this machine's while one scenario is played. Default 5. After a
   * failover, by how much the clocks of two servers differ.
   */
  readonly clockSlackMs?: number
  /** Kills the server as a crash does, and resolves when it is dead. */
  readonly kill?: () => Promise<void>
  /** Starts it again after `kill`; without `kill`, restarts it. */
  readonly restart?: () => Promise<void>
  /** Makes another server take over, and resolves once it has been told to. */
  readonly failover?: () => Promise<void>
  /** How long the store may be gone for that. Default 60 s. */
  readonly backWithinMs?: number
  /** Ids of scenarios: only these are played; `contract` stands for all that begin so. */
  readonly only?: readonly string[]
  /** Run again with it, the proof makes the same choices. Default: drawn. */
  readonly seed?: number
  /** Once aborted, the proof ends with what was shown by then. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: ProofProgress) => void
}
