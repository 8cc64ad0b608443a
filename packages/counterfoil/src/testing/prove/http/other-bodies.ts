import type { HttpProofTerms } from './terms.ts'

/** So many ways to change a body are tried before somebody is asked for another one. */
const MOST = 6

/** A body, and what is another in it, for a sentence. */
export interface OtherBody {
  readonly body: Uint8Array
  readonly differsIn: string
}

/** A value in JSON, by the members and places that lead to it. */
interface Leaf {
  readonly path: readonly (string | number)[]
  readonly value: unknown
}

/** Bodies that ask for something else, and may be just as valid: the likeliest first. */
export function otherBodies({ body, conflictBody }: HttpProofTerms): readonly OtherBody[] {
  if (conflictBody !== undefined) return [{ body: conflictBody, differsIn: 'what was given' }]
  const text = textIn(body)
  if (text === undefined) return []
  return jsonIn(text) === undefined ? otherText(text) : otherJson(jsonIn(text))
}

function otherJson(json: unknown): OtherBody[] {
  const leaves = leavesOf(json, [])
  const byKind = (kind: string): Leaf[] =>
    leaves.filter(({ value }) => typeof value === kind).toSorted((a, b) => a.path.length - b.path.length)
  // A number seldom has a meaning of its own; a text may be the name of something that exists.
  const likeliest = [...byKind('number'), ...byKind('boolean'), ...byKind('string')]
  return withDeepest(likeliest).map(({ path, value }) => ({
    body: bytesOf(JSON.stringify(changedAt(json, path, otherValue(value)))),
    differsIn: path.length === 0 ? 'its value' : `the member /${path.join('/')}`,
  }))
}

/** As many as are tried, and among them one that lies deepest: some services compare only what lies on top. */
function withDeepest(leaves: readonly Leaf[]): readonly Leaf[] {
  const [tried, others] = [leaves.slice(0, MOST), leaves.slice(MOST)]
  const depth = Math.max(0, ...tried.map(({ path }) => path.length))
  const [deepest] = others.toSorted((a, b) => b.path.length - a.path.length)
  return deepest !== undefined && deepest.path.length > depth ? [...tried.slice(0, -1), deepest] : tried
}

function otherValue(value: unknown): unknown {
  // Where doubles are further apart than 1, one more is the same number.
  if (typeof value === 'number') return Number.isSafeInteger(Math.ceil(value)) ? value + 1 : value / 2
  return typeof value === 'boolean' ? !value : `${value}x`
}

function leavesOf(value: unknown, path: Leaf['path']): Leaf[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => leavesOf(item, [...path, index]))
  if (typeof value !== 'object' || value === null) return [{ path, value }]
  // What holds the key would be another with another key only.
  return Object.entries(value)
    .filter(([, member]) => typeof member !== 'string' || !member.includes('{key}'))
    .flatMap(([name, member]) => leavesOf(member, [...path, name]))
}

function changedAt(value: unknown, path: Leaf['path'], changed: unknown): unknown {
  const [step, ...rest] = path
  if (step === undefined) return changed
  if (Array.isArray(value))
    return value.map((item, at) => (at === step ? changedAt(item, rest, changed) : item))
  const object = value as Readonly<Record<string, unknown>>
  return Object.fromEntries(
    Object.entries(object).map(([name, member]) => [
      name,
      name === step ? changedAt(member, rest, changed) : member,
    ]),
  )
}

/** Of a form or of plain text: with its first number, or its last letter, another one. */
function otherText(text: string): OtherBody[] {
  const counted = text.replace(/\d+/, (digits) => String(Number(digits) + 1))
  return [
    { text: counted, differsIn: 'its first number' },
    { text: `${text}x`, differsIn: 'its end' },
  ]
    .filter((other) => text !== '' && other.text !== text)
    .map((other) => ({ body: bytesOf(other.text), differsIn: other.differsIn }))
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function textIn(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch {
    return undefined
  }
}
