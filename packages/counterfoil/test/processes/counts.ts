const soak: boolean = process.env.COUNTERFOIL_SOAK === '1'

// How much of each is done: small in `npm test`, whole in `npm run soak`.

export const STORM_PROCESSES = 4
export const CALLS_PER_PROCESS = 50
export const STORM_ROUNDS: number = soak ? 20 : 3
export const KILLS_PER_POINT: number = soak ? 20 : 2
export const ZOMBIE_ROUNDS: number = soak ? 20 : 2
export const HEIR_ROUNDS: number = soak ? 10 : 1
