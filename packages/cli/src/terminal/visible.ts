/**
 * Stored text comes from callers, and a terminal obeys some of it: an escape sequence can rewrite what was printed
 * before, a bidirectional override shows it in another order. Nothing stored reaches a terminal but through here.
 */

// Control and format characters (among them C1, which many terminals obey too), line separators, lone surrogates,
// private use and unassigned.
const obeyed = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu
const obeyedButLayout = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu
const blankAtTheEdge = /^ | $/g
const unusualBlank = /(?! )\p{Zs}/gu

/** On one line. */
export function visible(text: string): string {
  return text.replace(obeyed, escaped)
}

/** On as many lines as it has. */
export function visibleLines(text: string): string {
  return text.replace(obeyedButLayout, escaped)
}

/** For names and keys, where one blank more is another name: blanks that nobody would see are written out too. */
export function visibleName(text: string): string {
  return visible(text).replace(blankAtTheEdge, escaped).replace(unusualBlank, escaped)
}

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function escaped(character: string): string {
  return short[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}
