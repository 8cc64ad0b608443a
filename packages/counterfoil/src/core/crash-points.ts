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

/** The same where claim, effect and settle share a transaction. */
export const transactionCrashPoints = [
  'before-claim',
  'after-claim',
  'after-effect',
  /** The effect of a refusal is undone; it isn't settled yet. */
  'after-undo',
  'before-commit',
  'after-commit',
] as const

export type TransactionCrashPoint = (typeof transactionCrashPoints)[number]
export type CrashPoint = (typeof crashPoints)[number] | TransactionCrashPoint

/** Called at each crash point that is passed; what it throws is thrown there. For tests. */
export type ReachCrashPoint = (point: CrashPoint) => void
