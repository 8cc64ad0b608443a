import { encodeOutcome, type Outcome } from '../core/index.ts'
import type { Settings } from './settings.ts'

/** An outcome that can't be kept is settled all the same, and says so: it is never a reason to run again. */
export function keep(
  outcome: Outcome,
  { maxOutcomeBytes }: Pick<Settings, 'maxOutcomeBytes'>,
): { outcome: Outcome; bytes: Uint8Array } {
  const bytes = encodeOutcome(outcome)
  // Of a response its body counts, which is what went over the wire; the capture has held it to the limit already.
  const size = outcome.kind === 'response' ? outcome.body.length : bytes.length
  // A failure is short whatever threw it, and "succeeded, not kept" would be untrue of it.
  if (size <= maxOutcomeBytes || outcome.kind === 'failure') return { outcome, bytes }
  const tooLarge = { kind: 'not_kept', why: 'too_large' } as const
  return { outcome: tooLarge, bytes: encodeOutcome(tooLarge) }
}
