import { canonicalString } from './canonical-string.ts'
import { canonicalDecimal } from './decimal.ts'

/**
 * Reads the tokens of a JSON text (RFC 8259), strictly, each from `at` to behind its end; `false` where there is none.
 * `spelling` is then the canonical spelling of the scalar that was read, or `undefined` where that is how it stands in
 * the text: most scalars are never taken out of it one by one.
 */
export class JsonScanner {
  readonly text: string
  at = 0
  spelling: string | undefined = undefined
  readonly #wellFormed: boolean

  constructor(text: string) {
    this.text = text
    this.#wellFormed = text.isWellFormed()
  }

  /** The UTF-16 code unit at hand; NaN at the text's end. */
  peek(): number {
    return this.text.charCodeAt(this.at)
  }

  /** Whether there was any white space (section 2). */
  skipSpace(): boolean {
    const start = this.at
    while (isSpace(this.text.charCodeAt(this.at))) this.at++
    return this.at !== start
  }

  readScalar(): boolean {
    const first = this.peek()
    if (first === QUOTE) return this.readString()
    if (first === MINUS || isDigit(first)) return this.#readNumber()
    this.spelling = undefined
    return this.#readWord('true') || this.#readWord('false') || this.#readWord('null')
  }

  /** Spells it as `canonicalString` does. */
  readString(): boolean {
    const { text, at: start } = this
    let at = start + 1
    let asWritten = this.#wellFormed
    for (let code = text.charCodeAt(at); code !== QUOTE; code = text.charCodeAt(++at)) {
      if (code === BACKSLASH) {
        asWritten = false
        at++
      } else if (!(code >= SPACE)) return false // a control character, or NaN: the text ends within the string
    }
    this.at = at + 1
    this.spelling = asWritten ? undefined : respelt(text.slice(start, this.at))
    return asWritten || this.spelling !== undefined
  }

  #readWord(word: string): boolean {
    if (!this.text.startsWith(word, this.at)) return false
    this.at += word.length
    return true
  }

  /** Section 6. Spells it as `canonicalDecimal` does; `false` also where that can't. */
  #readNumber(): boolean {
    const { text, at: start } = this
    const wholeAt = text.charCodeAt(start) === MINUS ? start + 1 : start
    const wholeEnd = skipDigits(text, wholeAt)
    const wholeDigits = wholeEnd - wholeAt
    const leadsWithZero = text.charCodeAt(wholeAt) === ZERO
    if (wholeDigits === 0 || (leadsWithZero && wholeDigits > 1)) return false
    // Whole numbers of at most 21 digits stand in canonical form already, except for minus zero.
    let asWritten = wholeDigits <= 21 && !(leadsWithZero && wholeAt > start)
    let end = wholeEnd

    if (text.charCodeAt(end) === POINT) {
      const fractionAt = end + 1
      end = skipDigits(text, fractionAt)
      if (end === fractionAt) return false
      // So do fractions without a zero at either end.
      asWritten =
        wholeDigits <= 21 && text.charCodeAt(fractionAt) !== ZERO && text.charCodeAt(end - 1) !== ZERO
    }
    const code = text.charCodeAt(end)
    if (code === LOWER_E || code === UPPER_E) {
      const sign = text.charCodeAt(end + 1)
      const exponentAt = sign === PLUS || sign === MINUS ? end + 2 : end + 1
      end = skipDigits(text, exponentAt)
      if (end === exponentAt) return false
      asWritten = false
    }
    this.at = end
    this.spelling = asWritten ? undefined : canonicalDecimal(text.slice(start, end))
    return asWritten || this.spelling !== undefined
  }
}

const SPACE = 0x20
const QUOTE = 0x22
const PLUS = 0x2b
const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const UPPER_E = 0x45
const BACKSLASH = 0x5c
const LOWER_E = 0x65

function isSpace(code: number): boolean {
  return code === SPACE || code === 0x0a || code === 0x0d || code === 0x09
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE
}

function skipDigits(text: string, from: number): number {
  let at = from
  while (isDigit(text.charCodeAt(at))) at++
  return at
}

/** `undefined` where an escape is wrong. */
function respelt(literal: string): string | undefined {
  try {
    return canonicalString(JSON.parse(literal) as string)
  } catch {
    return undefined
  }
}
