import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Duration, durationMs, durationText, OptionInvalid } from '../../src/core/index.ts'

describe('a duration', () => {
  it.each<[Duration, number]>([
    ['250ms', 250],
    ['30s', 30_000],
    ['10m', 600_000],
    ['24h', 86_400_000],
    ['30d', 2_592_000_000],
    ['1.5s', 1_500],
    ['0s', 0],
  ])('%s is %i milliseconds', (text, ms) => {
    expect(durationMs('ttl', text)).toBe(ms)
  })

  it.each([
    '',
    '5',
    's',
    '5 s',
    '-5s',
    '5S',
    '5w',
    '1e3s',
    '.5s',
    '5.s',
    'Infinitys',
    'NaNs',
    '999999999999d',
    ' 5s',
    '5s\n',
    5,
    null,
    undefined,
  ])('%j is refused, by the name of its option', (text) => {
    expect(() => durationMs('ttl', text as Duration)).toThrow(expect.objectContaining({ option: 'ttl' }))
    expect(() => durationMs('ttl', text as Duration)).toThrow(OptionInvalid)
  })

  it.each<[number, string]>([
    [0, '0s'],
    [1, '1ms'],
    [90_000, '90s'],
    [3_600_000, '1h'],
    [86_400_000, '1d'],
    [90_000_000, '25h'],
    [1_500, '1500ms'],
  ])('of %i milliseconds is written %s', (ms, text) => {
    expect(durationText(ms)).toBe(text)
  })

  it('reads back as it was written', () => {
    fc.assert(fc.property(fc.nat(), (ms) => durationMs('ttl', durationText(ms)) === ms))
  })
})
