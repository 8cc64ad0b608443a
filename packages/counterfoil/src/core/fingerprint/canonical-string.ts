/**
 * The one spelling of a string's value: as `JSON.stringify` writes it since ES2019, so that half a surrogate pair is
 * `\udXXX`. The spelling is well-formed, so no two become one when encoded as UTF-8.
 */
export function canonicalString(value: string): string {
  return value.length <= SCAN_LIMIT && standsAsItIs(value) ? `"${value}"` : JSON.stringify(value)
}

/** UTF-16 code units. Up to here a look at each is quicker than calling out: 2 µs less for a body of 700 bytes. */
const SCAN_LIMIT = 64

function standsAsItIs(value: string): boolean {
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at)
    // Control characters, quote, backslash; and surrogates, which may be halves.
    if (code < 0x20 || code === 0x22 || code === 0x5c || (code & 0xf800) === 0xd800) return false
  }
  return true
}
