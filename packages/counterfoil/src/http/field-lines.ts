/** Field lines as they go over the wire: names in their spelling, in their order, repeated where they were. */
export type FieldLines = readonly (readonly [name: string, value: string])[]

/**
 * What of a response is not part of its outcome: what describes one connection (RFC 9110, section 7.6.1), one exchange
 * or one caller. A retry gets its own, and never the first caller's. `Name-*` stands for all that begin so.
 */
export const notKept: readonly string[] = [
  'Connection',
  'Keep-Alive',
  'Proxy-Connection',
  'Proxy-Authenticate',
  'TE',
  'Trailer',
  'Transfer-Encoding',
  'Upgrade',
  'Date',
  'Set-Cookie',
  'WWW-Authenticate',
  'Access-Control-*',
  'RateLimit-*',
  'RateLimit',
  'Server-Timing',
  'Idempotent-Replayed',
]

/** Marks a replay, and is the only field that a replay adds. */
export const REPLAYED = 'Idempotent-Replayed'

export type Keeps = (lines: FieldLines) => FieldLines

/** Takes out the named fields, and those that the response's own `Connection` field names. */
export function keepAllBut(names: readonly string[]): Keeps {
  const exact = new Set<string>()
  const prefixes: string[] = []
  for (const name of names.map((name) => name.toLowerCase())) {
    if (name.endsWith('*')) prefixes.push(name.slice(0, -1))
    else exact.add(name)
  }
  return (lines) => {
    const named = new Set(valuesOf(lines, 'connection').flatMap(tokensOf))
    return lines.filter(([name]) => {
      const lower = name.toLowerCase()
      return !exact.has(lower) && !named.has(lower) && !prefixes.some((prefix) => lower.startsWith(prefix))
    })
  }
}

/** The values of all field lines of this name (given in lower case), in their order. */
export function valuesOf(lines: FieldLines, name: string): string[] {
  const values: string[] = []
  for (const [of, value] of lines) {
    // Most names differ in length: no need to look at their spelling.
    if (of.length === name.length && of.toLowerCase() === name) values.push(value)
  }
  return values
}

/** Node's form of a raw header list: names and values in turn. */
export function flat(lines: FieldLines): string[] {
  return lines.flat()
}

/** From Node's form of a raw header list. */
export function paired(raw: readonly string[]): FieldLines {
  const lines: [string, string][] = []
  for (let n = 0; n < raw.length; n += 2) lines.push([raw[n] as string, raw[n + 1] as string])
  return lines
}

function tokensOf(value: string): string[] {
  return value.split(',').map((token) => token.trim().toLowerCase())
}
