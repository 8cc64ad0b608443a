import { KeyInvalid } from './errors.ts'
import { MAX_KEY_BYTES } from './key.ts'

const ADVICE = 'send one Idempotency-Key field of 1 to 255 visible ASCII characters, without spaces'

/**
 * The key that an HTTP request carries, from the values of all its `Idempotency-Key` field lines: 1 to 255 visible
 * ASCII characters, written as the IETF draft has it (draft-ietf-httpapi-idempotency-key-header §2.1: an RFC 9651
 * §3.3.3 String, `"8e03978e…"`) or bare, as Stripe's clients send it. Both spellings are one key.
 *
 * @returns `undefined` where there is no field line.
 * @throws {KeyInvalid} for two field lines, and for a key that is empty, over-long or malformed.
 */
export function keyFromHeader(fieldLines: readonly string[]): string | undefined {
  if (fieldLines.length === 0) return undefined
  if (fieldLines.length > 1)
    throw new KeyInvalid('is given in more than one Idempotency-Key field line', ADVICE)
  const value = (fieldLines[0] as string).replace(/^[ \t]+|[ \t]+$/g, '')
  const key = value.startsWith('"') ? unquote(value) : value
  if (key === '') throw new KeyInvalid('is empty', ADVICE)
  if (key.length > MAX_KEY_BYTES) throw new KeyInvalid(`is longer than ${MAX_KEY_BYTES} characters`, ADVICE)
  if (!/^[\x21-\x7e]+$/.test(key)) throw new KeyInvalid('has a character that is not visible ASCII', ADVICE)
  return key
}

/** RFC 9651 §4.2.5; the draft defines no parameters, so that any are refused rather than silently dropped. */
function unquote(value: string): string {
  const string = /^"((?:[^"\\]|\\["\\])*)"$/.exec(value)
  if (!string) throw new KeyInvalid('starts with a quote, but is not an RFC 9651 String', ADVICE)
  return (string[1] as string).replace(/\\(["\\])/g, '$1')
}
