import type { Answers } from '../../answers/answers.ts'
import type { Decision } from '../../decision/decision.ts'

/** Requests run without a receipt while the store cannot be asked: under a guarantee that re-runs, and over HTTP alone. */
export function runsOpen({ operation, store }: Answers, { guarantee }: Decision): boolean {
  return store.unreachable === 'run-anyway' && guarantee === 'at-least-once' && operation.reachedBy === 'http'
}
