import type { Answers } from '../answers/answers.ts'

/** Answers that do not fit each other. */
export interface Misfit {
  /** Stays, whatever becomes of the words. */
  readonly id: string
  /** The answers that it is about, the one to change first. */
  readonly about: readonly string[]
  /** One sentence: why a design by them would not hold. */
  readonly says: string
  /** One sentence: what to change. */
  readonly change: string
}

export type Rule = (answers: Answers) => readonly Misfit[]

export const none: readonly Misfit[] = []
