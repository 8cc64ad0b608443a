import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../../../src/core/fingerprint/canonical-json.ts'
import { canonicalValue } from '../../../src/core/fingerprint/canonical-value.ts'
import { UnfingerprintableRequest } from '../../../src/core/fingerprint/errors.ts'
import { ignoredMembers } from '../../../src/core/fingerprint/ignored-members.ts'
import { runs } from './runs.ts'

const cycle: Record<string, unknown> = { a: [] }
cycle.a = [cycle]

class Money {
  amount = 1
}

describe('the canonical text of a value', () => {
  test.each([
    [{ b: 1, a: [true, null, 'x'] }, '{"a":[true,null,"x"],"b":1}'],
    [{ a: undefined, b: 1 }, '{"b":1}'],
    [{ a: undefined }, '{}'],
    [-0, '0'],
    [1e21, '1e+21'],
    [9007199254740993n, '9007199254740993'],
    [-(10n ** 21n), '-1e+21'],
    ['\ud800 "\n', '"\\ud800 \\"\\n"'],
    [`${'x'.repeat(70)}\ud800`, `"${'x'.repeat(70)}\\ud800"`],
    [JSON.parse('{"__proto__":1,"a":2}'), '{"__proto__":1,"a":2}'],
    [Object.assign(Object.create(null), { z: 1, a: 2 }), '{"a":2,"z":1}'],
    [runInNewContext('({ b: [1], a: {} })'), '{"a":{},"b":[1]}'],
    [{ toJSON: 'text' }, '{"toJSON":"text"}'],
    [[[], {}], '[[],{}]'],
  ])('%o is %s', (value, expected) => {
    expect(canonicalValue(value)).toBe(expected)
  })

  test('takes one object in two places', () => {
    const shared = { a: 1 }
    expect(canonicalValue([shared, shared])).toBe('[{"a":1},{"a":1}]')
  })

  test.each([
    ['', undefined, 'is undefined'],
    ['', Number.NaN, 'is NaN'],
    ['/a/1', { a: [1, Number.POSITIVE_INFINITY] }, 'is Infinity'],
    ['/a~1b/x~0y', { 'a/b': { 'x~y': new Date(0) } }, 'is a Date'],
    ['/0', [new Map()], 'is a Map'],
    ['/0', [new Set()], 'is a Set'],
    ['/0', [undefined], 'is undefined'],
    // biome-ignore lint/suspicious/noSparseArray: that is the case
    ['/1', [1, , 2], 'is undefined'],
    ['/file', { file: new Uint8Array(1) }, 'is a Uint8Array'],
    ['/file', { file: new ArrayBuffer(1) }, 'is a ArrayBuffer'],
    ['/price', { price: new Money() }, 'is a Money'],
    ['/f', { f: () => 1 }, 'is a function'],
    ['/s', { s: Symbol('x') }, 'is a symbol'],
    ['', { [Symbol('x')]: 1 }, 'has members named by symbols'],
    ['', { toJSON: () => 1 }, 'with a toJSON()'],
    ['', new String('x'), 'is a String'],
    ['', /x/, 'is a RegExp'],
    ['', Promise.resolve(), 'is a Promise'],
    ['', Object.create({ inherited: 1 }), 'is a Object'],
    ['/a/0', cycle, 'contains itself'],
  ])('is refused at %j of %o', (path, value, fault) => {
    const refusal = refusalOf(value)
    expect(refusal).toMatchObject({ code: 'request_unfingerprintable', path })
    expect(refusal.message).toContain(fault)
    if (path !== '') expect(refusal.message).toContain(`at '${path}'`)
  })

  test('looks at nothing that is left out', () => {
    const ignore = ignoredMembers(['/at', '/list/0', '/deep/f'])
    const value = { at: new Date(), list: [undefined, 1], deep: { f: () => 1, g: 2 } }
    expect(canonicalValue(value, ignore)).toBe('{"deep":{"g":2},"list":[1]}')
  })

  test('takes a nesting deeper than any stack', () => {
    const depth = 100_000
    let value: unknown = []
    let faulty: unknown = Number.NaN
    for (let level = 1; level < depth; level++) {
      value = [value]
      faulty = { a: faulty }
    }
    expect(canonicalValue(value)).toBe('['.repeat(depth) + ']'.repeat(depth))
    const refusal = refusalOf(faulty)
    expect(refusal.path).toBe('/a'.repeat(depth - 1))
    expect(refusal.message.length).toBeLessThan(400)
  })

  test('is that of its JSON, for all that JSON holds', () => {
    const property = fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      expect(canonicalValue(value)).toBe(canonicalJson(JSON.stringify(value)))
    })
    fc.assert(property, { numRuns: runs(3000) })
  })

  test('of anything else is a refusal, and no other error', () => {
    const anything = fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
      withUnicodeString: true,
    } as fc.ObjectConstraints)
    const property = fc.property(anything, (value) => {
      try {
        expect(canonicalJson(canonicalValue(value))).toBe(canonicalValue(value))
      } catch (error) {
        expect(error).toBeInstanceOf(UnfingerprintableRequest)
      }
    })
    fc.assert(property, { numRuns: runs(3000) })
  })
})

function refusalOf(value: unknown): UnfingerprintableRequest {
  try {
    canonicalValue(value)
  } catch (error) {
    expect(error).toBeInstanceOf(UnfingerprintableRequest)
    return error as UnfingerprintableRequest
  }
  throw new Error('was taken')
}
