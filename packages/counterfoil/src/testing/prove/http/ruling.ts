import type { Evidence } from '../proof.ts'
import { type Exchange, shownAnswer } from './exchange.ts'

/** What a judge makes of one round. */
export type Ruling =
  | { readonly kind: 'kept'; readonly note?: string }
  | { readonly kind: 'broken'; readonly why: string; readonly evidence: readonly Evidence[] }
  /** Neither: the sentence says what was in the way. */
  | { readonly kind: 'unmeasured'; readonly why: string }

/** @param note for the bound: what was accepted, though another might have expected something else */
export function kept(note?: string): Ruling {
  return note === undefined ? { kind: 'kept' } : { kind: 'kept', note }
}

/** @param why one sentence: which promise, and how it was seen to be broken */
export function broken(why: string, evidence: readonly (Evidence | Exchange)[]): Ruling {
  const seen = evidence.map((item) => ('says' in item ? item : evidenceOf(item)))
  return { kind: 'broken', why, evidence: seen.toSorted((a, b) => a.atMs - b.atMs) }
}

export function unmeasured(why: string): Ruling {
  return { kind: 'unmeasured', why }
}

/** One after the other, up to the first that isn't kept; their notes together. */
export async function inTurn(parts: readonly (() => Promise<Ruling>)[]): Promise<Ruling> {
  const notes: string[] = []
  for (const part of parts) {
    const ruling = await part()
    if (ruling.kind !== 'kept') return ruling
    if (ruling.note !== undefined) notes.push(ruling.note)
  }
  return kept(notes.length === 0 ? undefined : [...new Set(notes)].join(' '))
}

/** Thrown by a round where it can't go on: nothing is shown by it then. The message is a sentence. */
export class Unmeasured extends Error {
  override readonly name = 'Unmeasured'
}

function evidenceOf({ asked, caller, startMs, endMs, answer }: Exchange): Evidence {
  const took = `after ${Math.round(endMs - startMs)} ms`
  return { atMs: startMs, says: `${asked.as} (${caller}): ${shownAnswer(answer)}, ${took}` }
}
