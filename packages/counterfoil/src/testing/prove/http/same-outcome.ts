import { isDeepStrictEqual } from 'node:util'
import { fieldIn } from './exchange.ts'
import { type Answer, SHOWN_BYTES } from './shooting/shot.ts'

/**
 * Whether two answers tell of one run, as far as they can: they don't name two resources (RFC 9110, section 10.2.2), and
 * their bodies are equal, or the same JSON in another spelling. Whether they are equal to the byte is another question.
 */
export function sameOutcome(one: Answer, other: Answer): boolean {
  const [here, there] = [fieldIn(one, 'location'), fieldIn(other, 'location')]
  if (here !== undefined && there !== undefined && here !== there) return false
  if (one.sha256 === other.sha256) return true
  const [first, second] = [jsonIn(one), jsonIn(other)]
  return first !== undefined && second !== undefined && isDeepStrictEqual(first.value, second.value)
}

function jsonIn({ body, bytes }: Answer): { readonly value: unknown } | undefined {
  if (bytes > SHOWN_BYTES) return undefined
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) }
  } catch {
    return undefined
  }
}
