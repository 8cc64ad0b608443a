import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CounterfoilError,
  KeyInvalid,
  MAX_OPERATION_BYTES,
  receiptId,
  ScopeInvalid,
} from '../../src/core/index.ts'

const RUNS = process.env.COUNTERFOIL_SOAK ? 100_000 : 5_000
const scope = { tenant: 'tenant', operation: 'operation' }

describe('the id of a receipt', () => {
  it('is the same for the same three texts, for ever', () => {
    // Stored receipts are found by it: a change here forgets them all.
    expect(receiptId({ tenant: 'acme', operation: 'POST /charges', key: '8e03978e' })).toBe(
      'fed71c68ebb2bfdc60a198546bbf071fd24c3604f4dd0146aab77b9434dfad7d',
    )
  })

  it('tells apart where one text ends and the next begins', () => {
    const ids = [
      { tenant: 'a', operation: 'bc', key: 'd' },
      { tenant: 'ab', operation: 'c', key: 'd' },
      { tenant: 'a', operation: 'b', key: 'cd' },
      { tenant: 'a1', operation: ':bc', key: 'd' },
      { tenant: 'a', operation: 'bcd', key: '1:d' },
    ].map(receiptId)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it.each([
    ['case', 'key', 'Key'],
    ['a trailing blank', 'key', 'key '],
    ['normalisation', 'caf\u00e9', 'cafe\u0301'],
    ['a compatibility form', '\u212b', '\u00c5'],
    ['an invisible character', 'key', 'ke\u200by'],
  ])('tells apart keys that differ in %s', (_, one, other) => {
    expect(receiptId({ ...scope, key: one })).not.toBe(receiptId({ ...scope, key: other }))
  })

  it('takes 255 bytes of UTF-8 for a key, however many characters these are, and not one more', () => {
    for (const key of ['x'.repeat(255), `${'é'.repeat(127)}x`, '日'.repeat(85), `${'💳'.repeat(63)}日`]) {
      expect(Buffer.byteLength(key)).toBe(255)
      expect(receiptId({ ...scope, key })).toMatch(/^[0-9a-f]{64}$/)
      expect(() => receiptId({ ...scope, key: `${key}x` })).toThrow(KeyInvalid)
    }
  })

  it('takes longer names of operations', () => {
    expect(receiptId({ ...scope, operation: 'x'.repeat(MAX_OPERATION_BYTES), key: 'key' })).toBeDefined()
    expect(() => receiptId({ ...scope, operation: 'x'.repeat(MAX_OPERATION_BYTES + 1), key: 'key' })).toThrow(
      ScopeInvalid,
    )
  })

  it.each([
    ['nothing', ''],
    ['NUL', 'a\u0000b'],
    ['a line end', 'a\r\nb'],
    ['DEL', '\u007f'],
    ['a C1 control', 'a\u0085'],
    ['half of a surrogate pair', 'a\ud83d'],
    ['a number', 7 as unknown as string],
    ['null', null as unknown as string],
    ['nothing at all', undefined as unknown as string],
  ])('is refused for %s, in any of the three, and says which', (_, text) => {
    expect(() => receiptId({ ...scope, key: text })).toThrow(KeyInvalid)
    for (const part of ['tenant', 'operation'] as const) {
      expect(() => receiptId({ ...scope, key: 'key', [part]: text })).toThrow(
        expect.objectContaining({ part }),
      )
    }
  })

  it('is 32 bytes or a clear refusal for any text, which never holds the key', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      utf16,
    )
    fc.assert(
      fc.property(text, (key) => {
        try {
          expect(receiptId({ ...scope, key })).toMatch(/^[0-9a-f]{64}$/)
          expect(key.isWellFormed() && Buffer.byteLength(key) <= 255 && key !== '').toBe(true)
        } catch (error) {
          if (!(error instanceof CounterfoilError)) throw error
          if (key.length > 8) expect(error.message).not.toContain(key)
        }
      }),
      { numRuns: RUNS },
    )
  })
})

const utf16 = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 300 })
  .map((units) => String.fromCharCode(...units))
