import { describe, expect, it } from 'vitest'
import { KeyInvalid, keyFromHeader } from '../../src/core/index.ts'

describe('the Idempotency-Key header', () => {
  it.each([
    ['bare', '8e03978e-40d5-43dd-bc93-6894a57f9324', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    [
      'as an RFC 9651 String',
      '"8e03978e-40d5-43dd-bc93-6894a57f9324"',
      '8e03978e-40d5-43dd-bc93-6894a57f9324',
    ],
    ['with blanks around', ' \t key \t', 'key'],
    ['with blanks around the String', '  "key" ', 'key'],
    ['with an escaped quote', '"a\\"b"', 'a"b'],
    ['with an escaped backslash', '"a\\\\b"', 'a\\b'],
    ['bare, with a quote inside', 'a"b', 'a"b'],
    ['bare, with a comma and a semicolon', 'a,b;c=d', 'a,b;c=d'],
    ['of 255 characters', 'x'.repeat(255), 'x'.repeat(255)],
    ['of 255 characters, quoted', `"${'x'.repeat(255)}"`, 'x'.repeat(255)],
    ['of the first and the last visible character', '!~', '!~'],
  ])('%s is a key', (_, value, key) => {
    expect(keyFromHeader([value])).toBe(key)
  })

  it('may be absent', () => {
    expect(keyFromHeader([])).toBeUndefined()
  })

  it.each<[string, readonly string[]]>([
    ['given twice', ['a', 'b']],
    ['given twice alike', ['a', 'a']],
    ['empty', ['']],
    ['blank', [' \t ']],
    ['an empty String', ['""']],
    ['a String without its end', ['"key']],
    ['a String with something behind it', ['"key" x']],
    ['a String with a parameter', ['"key";a=1']],
    ['a String with an unknown escape', ['"a\\n"']],
    ['two Strings', ['"a", "b"']],
    ['with a blank inside', ['a b']],
    ['with a blank inside, quoted', ['"a b"']],
    ['with a control character', ['a\u0001']],
    ['with a line end', ['a\n']],
    ['not ASCII', ['schlüssel']],
    ['of 256 characters', ['x'.repeat(256)]],
    ['of 256 characters, quoted', [`"${'x'.repeat(256)}"`]],
  ])('%s is refused', (_, lines) => {
    expect(() => keyFromHeader(lines)).toThrow(KeyInvalid)
  })
})
