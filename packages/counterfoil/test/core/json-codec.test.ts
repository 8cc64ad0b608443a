import { describe, expect, it } from 'vitest'
import { jsonCodec } from '../../src/core/index.ts'
import { bytes } from './receipts.ts'

describe('the codec of plain values', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['text', 'grüß dich 💳'],
    ['a number', 0.1],
    ['a list', [1, 'two', null]],
    ['an object', { id: 'ch_1', amount: 1200, nested: { deep: true } }],
    ['bytes', Uint8Array.of(0, 1, 255)],
    ['no bytes', new Uint8Array()],
  ])('gives %s back as it was', (_, value) => {
    expect(jsonCodec.decode(jsonCodec.encode(value))).toEqual(value)
  })

  it('gives what JSON can not say back as JSON says it, so that it shows in the first test', () => {
    expect(jsonCodec.decode(jsonCodec.encode(new Date(0)))).toBe('1970-01-01T00:00:00.000Z')
    expect(jsonCodec.decode(jsonCodec.encode({ a: undefined, b: Number.NaN, c: new Map([[1, 2]]) }))).toEqual(
      { b: null, c: {} },
    )
  })

  it('refuses what has no JSON at all', () => {
    const cyclic: Record<string, unknown> = {}
    cyclic.self = cyclic
    for (const value of [() => 1, Symbol('s'), 1n, cyclic])
      expect(() => jsonCodec.encode(value)).toThrow(TypeError)
  })

  it('keeps bytes of its own', () => {
    const mine = Uint8Array.of(1, 2)
    const encoded = jsonCodec.encode(mine)
    mine[0] = 9
    const decoded = jsonCodec.decode(encoded) as Uint8Array
    expect(decoded).toEqual(Uint8Array.of(1, 2))
    decoded[0] = 8
    expect(encoded.bytes).toEqual(Uint8Array.of(1, 2))
  })

  it('refuses bytes that are no UTF-8 or no JSON', () => {
    expect(() => jsonCodec.decode({ form: 'json', bytes: Uint8Array.of(0x22, 0xff, 0x22) })).toThrow()
    expect(() => jsonCodec.decode({ form: 'json', bytes: bytes('{') })).toThrow()
  })
})
