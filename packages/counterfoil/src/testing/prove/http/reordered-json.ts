import { textIn } from './other-bodies.ts'

/**
 * The same JSON object with its members the other way round, and other white space: every value keeps its spelling, for a
 * number is easily another one when it is written anew. `undefined` where there aren't two members, or two have one name.
 */
export function reorderedJson(body: Uint8Array): Uint8Array | undefined {
  const text = textIn(body)?.trim()
  if (text === undefined || !isObjectOfMany(text)) return undefined
  const members = membersOf(text)
  return new TextEncoder().encode(`{ ${members.toReversed().join(' , ')} }`)
}

function isObjectOfMany(text: string): boolean {
  if (!text.startsWith('{')) return false
  try {
    const names = Object.keys(JSON.parse(text) as object).length
    return names > 1 && names === membersOf(text).length
  } catch {
    return false
  }
}

/** The texts of an object's members, of JSON that is known to be right. */
function membersOf(text: string): string[] {
  const inner = text.slice(1, -1)
  const members: string[] = []
  let [depth, from] = [0, 0]
  for (const { 0: token, index } of inner.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],]/gs)) {
    if (token === '{' || token === '[') depth += 1
    if (token === '}' || token === ']') depth -= 1
    if (token !== ',' || depth > 0) continue
    members.push(inner.slice(from, index).trim())
    from = index + 1
  }
  return [...members, inner.slice(from).trim()]
}
