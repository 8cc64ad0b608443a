import { isSuccess, shownAnswer } from './exchange.ts'
import { type OtherBody, otherBodies } from './other-bodies.ts'
import { Round } from './round.ts'
import { Unmeasured } from './ruling.ts'
import type { HttpProofTerms } from './terms.ts'
import type { Testbed } from './testbed.ts'

const found = new WeakMap<Testbed, Promise<readonly [OtherBody, ...OtherBody[]]>>()

/**
 * The bodies of requests that are others than the proof's, and that the endpoint takes under keys of their own: otherwise a
 * refusal would tell nothing. Tried out once for a proof.
 *
 * @throws {Unmeasured} where it takes none
 */
export function otherRequests(testbed: Testbed): Promise<readonly [OtherBody, ...OtherBody[]]> {
  const known = found.get(testbed) ?? tryOut(testbed)
  found.set(testbed, known)
  return known
}

/** The likeliest of them. @throws {Unmeasured} where there is none */
export async function otherRequest(testbed: Testbed): Promise<Uint8Array> {
  const [{ body }] = await otherRequests(testbed)
  return body
}

/** A sentence, where no other body can be made of the given one. */
export function lacksOther(terms: HttpProofTerms): string | undefined {
  return otherBodies(terms).length > 0
    ? undefined
    : 'Give another body that the endpoint takes (--conflict-body).'
}

async function tryOut(testbed: Testbed): Promise<readonly [OtherBody, ...OtherBody[]]> {
  const taken: OtherBody[] = []
  let answered = 'nothing'
  for (const other of otherBodies(testbed.terms)) {
    const round = await Round.begin(testbed, testbed.terms.seed)
    const { last } = await round.call({ as: 'another request under its own key', body: other.body })
    if (isSuccess(last)) taken.push(other)
    else answered = shownAnswer(last.answer)
  }
  const [likeliest, ...others] = taken
  if (likeliest !== undefined) return [likeliest, ...others]
  throw new Unmeasured(
    `The changed body is not taken even under a key of its own (${answered}); give another body that the endpoint takes (--conflict-body).`,
  )
}
