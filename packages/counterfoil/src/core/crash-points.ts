/**
 * The places where a process may die between a request and its settled receipt. They have names so that tests
 * stop, throw or kill there on purpose instead of by luck.
 */
export const crashPoints = [
  'before-claim',
  'after-claim',
  'after-effect',
  'during-settle',
  'after-settle',
] as const

export type CrashPoint = (typeof crashPoints)[number]

/** Called at each crash point that is passed; what it throws is thrown there. For tests. */
export type ReachCrashPoint = (point: CrashPoint) => void
