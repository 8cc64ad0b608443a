const soak: boolean = process.env.COUNTERFOIL_SOAK === '1'

// How much of each is done: small in `npm test`, whole in `npm run soak`.

export const KILLS_PER_POINT: number = soak ? 50 : 2
/** Kills of a process that has many calls under way. */
export const KILLS_UNDER_LOAD: number = soak ? 50 : 2
export const CALLS_UNDER_WAY = 16
/** Connections cut at each point of a transaction. */
export const CUTS_PER_POINT: number = soak ? 50 : 3
/** Connections that fall silent at each point. */
export const SILENCES_PER_POINT: number = soak ? 5 : 1
export const STORM_PROCESSES = 4
export const STORM_ROUNDS: number = soak ? 20 : 1
