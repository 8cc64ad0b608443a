/**
 * The count in what a counter answered: a bare number, or the number at `pointer` in JSON (RFC 6901).
 * @throws {Error} one sentence about `flag`, without what was answered: it may hold anything.
 */
export function numberIn(flag: string, answer: string, pointer: string | undefined): number {
  const found = pointer === undefined ? answer.trim() : memberAt(flag, answer, pointer)
  const count =
    typeof found === 'number' || (typeof found === 'string' && /^\d{1,15}$/.test(found))
      ? Number(found)
      : Number.NaN
  if (Number.isSafeInteger(count) && count >= 0) return count
  throw new Error(
    pointer === undefined
      ? `${flag} did not answer with a bare whole number: let it, or let it answer with JSON and give --count-pointer.`
      : `${flag} has no whole number at ${pointer}: give the --count-pointer of one.`,
  )
}

function memberAt(flag: string, answer: string, pointer: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(answer)
  } catch {
    throw new Error(`${flag} did not answer with JSON: --count-pointer is for JSON.`)
  }
  for (const part of pointer.slice(1).split('/')) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return value
}
