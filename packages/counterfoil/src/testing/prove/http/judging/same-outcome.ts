import { canonicalJson } from '../../../../core/index.ts'
import { fieldIn } from '../exchange.ts'
import { textIn } from '../other-bodies.ts'
import { type Answer, SHOWN_BYTES } from '../shooting/shot.ts'

/**
 * Whether two answers tell of one run, as far as they can: they don't name two resources (RFC 9110, section 10.2.2), and
 * their bodies are equal, or the same JSON in another spelling. Whether they are equal to the byte is another question.
 */
export function sameOutcome(one: Answer, other: Answer): boolean {
  const [here, there] = [fieldIn(one, 'location'), fieldIn(other, 'location')]
  if (here !== undefined && there !== undefined && here !== there) return false
  if (one.sha256 === other.sha256) return true
  const first = jsonIn(one)
  return first !== undefined && first === jsonIn(other)
}

/** Exact to the digit: the ids of two runs may be the same double. */
function jsonIn({ body, bytes }: Answer): string | undefined {
  const text = bytes > SHOWN_BYTES ? undefined : textIn(body)
  return text === undefined ? undefined : canonicalJson(text)
}
