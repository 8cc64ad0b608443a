import type { Outcome } from 'counterfoil'
import { decodeOutcome, OutcomeUnreadable } from 'counterfoil'
import { sizeText } from '../terminal/size.ts'
import { visible } from '../terminal/visible.ts'

/** An outcome that this version can't read is told as that: the receipt around it is still worth showing. */
export type ReadOutcome =
  | Outcome
  | { readonly kind: 'unreadable'; readonly says: string; readonly bytes: Uint8Array }

export function readOutcome(bytes: Uint8Array): ReadOutcome {
  try {
    return decodeOutcome(bytes)
  } catch (error) {
    if (!(error instanceof OutcomeUnreadable)) throw error
    return { kind: 'unreadable', says: error.message, bytes }
  }
}

/** In a few words, and without what the caller's answer says. */
export function outcomeSummary(outcome: ReadOutcome): string {
  switch (outcome.kind) {
    case 'response':
      return `HTTP ${outcome.status}, ${sizeText(outcome.body.length)}`
    case 'value':
      return outcome.value.form === 'nothing'
        ? 'no value'
        : `${outcome.value.form === 'json' ? 'JSON' : 'bytes'}, ${sizeText(outcome.value.bytes.length)}`
    case 'failure':
      return visible(outcome.failure.name)
    case 'not_kept':
      return `outcome not kept: ${notKeptBecause[outcome.why]}`
    case 'unreadable':
      return 'outcome unreadable'
  }
}

export const notKeptBecause: Readonly<Record<Extract<Outcome, { kind: 'not_kept' }>['why'], string>> = {
  too_large: 'larger than the limit',
  unencodable: 'could not be encoded',
  unstorable: 'refused by the store',
  streamed: 'sent as it came',
}

/** The bytes that a retry is answered with; `undefined` where there are none to speak of. */
export function bodyOf(outcome: ReadOutcome): Uint8Array | undefined {
  switch (outcome.kind) {
    case 'response':
      return outcome.body
    case 'value':
      return outcome.value.form === 'nothing' ? undefined : outcome.value.bytes
    case 'unreadable':
      return outcome.bytes
    case 'failure':
    case 'not_kept':
      return undefined
  }
}
