import type { StoreDescription } from 'counterfoil'
import type { Answers } from '../answers/answers.ts'
import type { Decision } from '../decision/decision.ts'

/** All that a section is written from. */
export interface Design {
  readonly answers: Answers
  readonly decision: Decision
  readonly store: StoreDescription
  readonly file: string
}

export interface Section {
  readonly title: string
  readonly text: string
}
