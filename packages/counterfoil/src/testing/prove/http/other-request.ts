import { isSuccess, shownAnswer } from './exchange.ts'
import { Unmeasured } from './finding.ts'
import type { Ground } from './ground.ts'
import { otherBodies } from './other-bodies.ts'
import { Round } from './round.ts'
import type { HttpProofTerms } from './terms.ts'

const found = new WeakMap<Ground, Promise<Uint8Array>>()

/**
 * The body of a request that is another one than the proof's, and that the endpoint takes under a key of its own: otherwise
 * a refusal would tell nothing. Tried out once for a proof.
 *
 * @throws {Unmeasured} where it takes none
 */
export function otherRequest(ground: Ground): Promise<Uint8Array> {
  const known = found.get(ground) ?? tryOut(ground)
  found.set(ground, known)
  return known
}

/** A sentence, where no other body can be made of the given one. */
export function lacksOther(terms: HttpProofTerms): string | undefined {
  return otherBodies(terms).length > 0
    ? undefined
    : 'Give another body that the endpoint takes (--conflict-body).'
}

async function tryOut(ground: Ground): Promise<Uint8Array> {
  let answered = 'nothing'
  for (const body of otherBodies(ground.terms)) {
    const round = await Round.begin(ground, ground.terms.seed)
    const { last } = await round.call({ as: 'another request under its own key', body })
    if (isSuccess(last)) return body
    answered = shownAnswer(last.answer)
  }
  throw new Unmeasured(
    `The changed body is not taken even under a key of its own (${answered}); give another body that the endpoint takes (--conflict-body).`,
  )
}
