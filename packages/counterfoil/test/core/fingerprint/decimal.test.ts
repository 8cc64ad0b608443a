import { Decimal } from 'decimal.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalDecimal } from '../../../src/core/fingerprint/decimal.ts'
import { runs } from './runs.ts'

const digits = fc.string({ unit: fc.constantFrom(...'00123456789'), minLength: 1, maxLength: 30 })
const exponent = fc.oneof(fc.integer({ min: -30, max: 30 }), fc.integer({ min: -1e14, max: 1e14 }))

const literal: fc.Arbitrary<string> = fc
  .record({
    sign: fc.constantFrom('', '-'),
    whole: digits.map((text) => text.replace(/^0+(?=.)/, '')),
    fraction: fc.option(digits, { nil: undefined }),
    power: fc.option(exponent, { nil: undefined }),
    mark: fc.constantFrom('e', 'E', 'e0', 'e00'),
  })
  .map(({ sign, whole, fraction, power, mark }) => {
    const places = fraction === undefined ? '' : `.${fraction}`
    if (power === undefined) return sign + whole + places
    return `${sign}${whole}${places}${power < 0 ? `e${power}` : mark + power}`
  })

// Enough digits for a sum without rounding; where that would be too many, the sum is the number itself.
function exactly(text: string): Decimal {
  return new (Decimal.clone({ precision: 100 }))(text)
}

describe('the canonical decimal', () => {
  test.each([
    [['1', '1.0', '1.000', '10e-1', '1E0', '0.1e1', '1e+0', '1e-000', '0.00001e5'], '1'],
    [['0', '-0', '0e9', '0.000', '-0.0e-7', `0e${'9'.repeat(400)}`], '0'],
    [['-12.50', '-1250e-2', '-0.125E+2'], '-12.5'],
    [['9007199254740992'], '9007199254740992'],
    [['9007199254740993', '9007199254740993.0'], '9007199254740993'],
    [['100000000000000000000', '1e20'], '100000000000000000000'],
    [['1000000000000000000000', '1e21', '10e20'], '1e+21'],
    [['1234567890123456789012', '1234567890123456789.012e3'], '1.234567890123456789012e+21'],
    [['0.000001', '1e-6'], '0.000001'],
    [['0.0000001', '1e-7'], '1e-7'],
    [['1e400', '10e399'], '1e+400'],
    [['1e401'], '1e+401'],
    [['1e999999999999999', '1e000999999999999999', '0.0001e1000000000000003'], '1e+999999999999999'],
    [['1.5e-999999999999999', '1500e-1000000000000002'], '1.5e-999999999999999'],
  ])('%j is %s', (literals, expected) => {
    expect(literals.map((text) => canonicalDecimal(text))).toEqual(literals.map(() => expected))
  })

  test('is not made of a power of ten beyond fifteen digits, however it is spelt', () => {
    expect(canonicalDecimal('19999e999999999999999')).toBeUndefined()
    expect(canonicalDecimal('1.9999e1000000000000003')).toBeUndefined()
    expect(canonicalDecimal('1e1000000000000000')).toBeUndefined()
    expect(canonicalDecimal('1e-1000000000000000')).toBeUndefined()
    expect(canonicalDecimal(`1e${'9'.repeat(1_000_000)}`)).toBeUndefined()
  })

  test('is laid out as an independent decimal library lays it out', () => {
    const property = fc.property(literal, (text) => {
      expect(canonicalDecimal(text)).toBe(new Decimal(text).toString())
    })
    fc.assert(property, { numRuns: runs(5000) })
  })

  test('is one for two spellings exactly if an independent decimal library calls them equal', () => {
    const step = fc.constantFrom('0', '1', '-1', '0.1', '1e-20')
    const near = fc
      .tuple(literal, step)
      .map(([text, by]) => [text, exactly(text).plus(by).toString()] as const)
    const property = fc.property(near, ([one, other]) => {
      const same = new Decimal(one).eq(new Decimal(other))
      expect(canonicalDecimal(one) === canonicalDecimal(other)).toBe(same)
    })
    fc.assert(property, { numRuns: runs(5000) })
  })

  test('of a double is how JSON.stringify writes it', () => {
    const property = fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(canonicalDecimal(JSON.stringify(value))).toBe(JSON.stringify(value))
    })
    fc.assert(property, { numRuns: runs(5000) })
  })
})
