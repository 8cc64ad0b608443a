/** How much of what is random the contract suite runs. The tables are always run whole. */
export interface ContractCounts {
  /** Histories start from it, one seed each. A failure names the seed that repeats it. */
  readonly seed: number
  readonly histories: number
  readonly stepsPerHistory: number
  /** Storms of connections within one process. */
  readonly storms: number
  readonly connections: number
  readonly callsPerConnection: number
  /** Storms of processes: every process makes all its calls on one key at once. */
  readonly processes: number
  readonly oneKeyRounds: number
  readonly oneKeyCallsPerProcess: number
  /** Storms of processes over a few keys, with abandoned leases and late settles. */
  readonly mixedRounds: number
  readonly mixedCallsPerProcess: number
  /** Times that a race is run between a sweep and what lives. */
  readonly sweepRaces: number
}

/** A look, for every change: seconds on an embedded store. */
export const quickCounts: ContractCounts = {
  seed: 1,
  histories: 10,
  stepsPerHistory: 100,
  storms: 4,
  connections: 8,
  callsPerConnection: 80,
  processes: 4,
  oneKeyRounds: 4,
  oneKeyCallsPerProcess: 50,
  mixedRounds: 2,
  mixedCallsPerProcess: 300,
  sweepRaces: 10,
}

/** The whole, before a release: minutes. */
export const wholeCounts: ContractCounts = {
  seed: 1,
  histories: 300,
  stepsPerHistory: 300,
  storms: 40,
  connections: 8,
  callsPerConnection: 500,
  processes: 4,
  oneKeyRounds: 20,
  oneKeyCallsPerProcess: 50,
  mixedRounds: 20,
  mixedCallsPerProcess: 2000,
  sweepRaces: 300,
}
