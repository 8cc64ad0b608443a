/** A number of a larger power of ten is not brought into canonical form, nor one of a smaller than its negative. */
const MAX_EXPONENT = 999_999_999_999_999

/** Digits of an exponent that may still come to that, with a text's length added to it or taken from it. */
const MAX_EXPONENT_DIGITS = 16

/**
 * The one spelling of a JSON number's exact decimal value: never through a double, so that 9007199254740993 and
 * 9007199254740992 stay two numbers. It is laid out as ECMAScript's `Number::toString` lays out its digits, so a
 * number that a double holds is spelt as `JSON.stringify` (and RFC 8785) would, and minus zero is zero.
 *
 * Takes the text of a valid JSON number (RFC 8259, section 6), and time linear in it; the answer is longer by some
 * twenty characters at most. `undefined` where its value, however it is spelt, lies beyond `MAX_EXPONENT`.
 */
export function canonicalDecimal(literal: string): string | undefined {
  const sign = literal.startsWith('-') ? '-' : ''
  const exponentAt = literal.search(/[eE]/)
  const significand = literal.slice(sign.length, exponentAt < 0 ? undefined : exponentAt)
  const pointAt = significand.indexOf('.')
  const whole = pointAt < 0 ? significand : significand.slice(0, pointAt)
  const written = pointAt < 0 ? significand : whole + significand.slice(pointAt + 1)

  const leadingZeros = countLeadingZeros(written)
  const digits = withoutTrailingZeros(written.slice(leadingZeros))
  if (digits === '') return '0'
  const exponent = exponentAt < 0 ? 0 : exponentOf(literal.slice(exponentAt + 1))
  if (exponent === undefined) return undefined
  const point = whole.length - leadingZeros + exponent
  return Math.abs(point - 1) > MAX_EXPONENT ? undefined : sign + layOut(digits, point)
}

/** The value is 0.`digits` × 10^`point`. One layout for each `point`, so that two values never share a text. */
function layOut(digits: string, point: number): string {
  const count = digits.length
  if (point > 0 && point <= 21) {
    return count <= point
      ? digits + '0'.repeat(point - count)
      : `${digits.slice(0, point)}.${digits.slice(point)}`
  }
  if (point > -6 && point <= 0) return `0.${'0'.repeat(-point)}${digits}`
  const fraction = count === 1 ? '' : `.${digits.slice(1)}`
  return `${digits.charAt(0)}${fraction}e${point > 0 ? '+' : ''}${point - 1}`
}

function exponentOf(text: string): number | undefined {
  const negative = text.startsWith('-')
  const magnitude = negative || text.startsWith('+') ? text.slice(1) : text
  const digits = magnitude.slice(countLeadingZeros(magnitude))
  if (digits.length > MAX_EXPONENT_DIGITS) return undefined
  // Exact where it matters: what is not, above 2^53, lies beyond `MAX_EXPONENT` with any text's length.
  return negative ? -Number(digits) : Number(digits)
}

// By hand: /0+$/ backtracks, which makes it quadratic on long runs of zeros.
function countLeadingZeros(digits: string): number {
  let count = 0
  while (digits.charCodeAt(count) === 0x30) count++
  return count
}

function withoutTrailingZeros(digits: string): string {
  let end = digits.length
  while (digits.charCodeAt(end - 1) === 0x30) end--
  return digits.slice(0, end)
}
