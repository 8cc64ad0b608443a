import {
  type ClaimDecision,
  KeyConflict,
  OtherCredentials,
  OutcomeExpired,
  OutcomeUnknown,
} from '../core/index.ts'

/** What a claim that can't be won is answered with. */
export function refusal(
  operation: string,
  decision: Extract<ClaimDecision, { kind: 'abandoned' | 'conflict' | 'expired' | 'forbidden' }>,
): Error {
  switch (decision.kind) {
    case 'conflict':
      return new KeyConflict(operation)
    case 'forbidden':
      return new OtherCredentials(operation)
    case 'expired':
      return new OutcomeExpired(operation)
    case 'abandoned':
      return new OutcomeUnknown(operation, decision.attempt, 'held', decision.recoverableInMs)
  }
}
