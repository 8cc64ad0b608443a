import type { Answers } from '../answers/answers.ts'
import { type Durations, durationsOf } from './durations.ts'
import { type Choice, guaranteeOf } from './guarantee.ts'
import { type Recovery, recoveryOf } from './recovery.ts'

/** What is decided from the answers. Everything that a document or a configuration says comes from here. */
export interface Decision extends Choice, Durations {
  readonly recovery: Recovery
  /** Results of single effects are kept, so that an attempt goes on after those that are done. */
  readonly steps: boolean
  /** Bytes: larger outcomes are sent and not kept. */
  readonly captureBytes: number
}

const MIB = 1_048_576

/** @param answers in which there are no misfits */
export function decide(answers: Answers): Decision {
  const choice = guaranteeOf(answers)
  return {
    ...choice,
    ...durationsOf(answers),
    recovery: recoveryOf(answers, choice.guarantee),
    steps: answers.effects.length > 1 && choice.guarantee !== 'transactional',
    captureBytes: Math.max(1, Math.ceil((4 * answers.load.outcomeBytes) / MIB)) * MIB,
  }
}
