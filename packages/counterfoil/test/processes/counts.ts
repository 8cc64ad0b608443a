const soak: boolean = process.env.COUNTERFOIL_SOAK === '1'

// How much of each is done: small in `npm test`, whole in `npm run soak`.

export const STORM_PROCESSES = 4
export const CALLS_PER_PROCESS = 50
export const STORM_ROUNDS: number = soak ? 20 : 3
export const KILLS_PER_POINT: number = soak ? 20 : 2
/** Kills of a process that has many calls under way. */
export const KILLS_UNDER_LOAD: number = soak ? 20 : 2
export const CALLS_UNDER_WAY = 32
export const ZOMBIE_ROUNDS: number = soak ? 20 : 1
export const HEIR_ROUNDS: number = soak ? 10 : 1
/** Who waits for one key's outcome. */
export const CROWD_PROCESSES = 4
export const CROWD_PER_PROCESS: number = soak ? 2_500 : 250
export const WAKE_ROUNDS: number = soak ? 50 : 5

// How long what must happen may take. The first is measured by the clock of the store.

/** From a lease's end until those who wait for its dead holder know. */
export const LEARN_WITHIN_MS = 1000
/** From a settle until those who wait for it in other processes know. */
export const WAKE_WITHIN_MS = 2000
/** From the end of `close()` until the process has nothing left to do. */
export const CLOSE_WITHIN_MS = 10_000
/** Anything at all, on a machine that is busy with something else. */
export const PATIENCE_MS = 40_000
