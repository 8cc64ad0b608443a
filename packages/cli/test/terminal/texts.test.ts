import { describe, expect, it } from 'vitest'
import { bytesLines, hexDump, textOf } from '../../src/terminal/bytes.ts'
import { sizeText } from '../../src/terminal/size.ts'
import { fromNow, roughSpanText, spanText, timeText } from '../../src/terminal/time.ts'

describe('a span of time', () => {
  it.each([
    [0, '0s'],
    [1, '1ms'],
    [340, '340ms'],
    [2_340, '2.3s'],
    [9_960, '10s'],
    [59_999, '59s'],
    [60_000, '1m'],
    [7_500_000, '2h 5m'],
    [7_200_500, '2h'],
    [90_000_000, '1d 1h'],
    [-5_000, '-5s'],
    [Number.NaN, '?'],
  ])('of %d ms reads %s', (ms, text) => {
    expect(spanText(ms)).toBe(text)
  })

  it('can be rough', () => {
    expect([roughSpanText(7_500_000), roughSpanText(3_999), roughSpanText(2)]).toEqual(['2h', '3s', '0s'])
  })

  it('points to the past or the future', () => {
    expect([fromNow(0, 60_000), fromNow(60_000, 0), fromNow(5, 5)]).toEqual(['1m ago', 'in 1m', 'now'])
  })
})

it('a time that no calendar has is given as its number', () => {
  expect(timeText(0)).toBe('1970-01-01T00:00:00.000Z')
  expect(timeText(9e15)).toBe('9000000000000000')
})

it('a size reads well', () => {
  expect([sizeText(0), sizeText(1023), sizeText(1536), sizeText(5 * 1024 ** 3)]).toEqual([
    '0 B',
    '1023 B',
    '1.5 KiB',
    '5.0 GiB',
  ])
})

it('a hex dump has sixteen bytes a line', () => {
  const bytes = Uint8Array.from({ length: 18 }, (_, at) => at + 0x3a)
  expect(hexDump(bytes)).toBe(
    '00000000  3a 3b 3c 3d 3e 3f 40 41  42 43 44 45 46 47 48 49  |:;<=>?@ABCDEFGHI|\n' +
      `00000010  4a 4b${' '.repeat(43)}  |JK|\n`,
  )
})

it('bytes are text only if they are strict UTF-8 without NUL', () => {
  expect(textOf(Buffer.from('grün'))).toBe('grün')
  expect(textOf(Uint8Array.of(0xff, 0xfe))).toBeUndefined()
  expect(textOf(Buffer.from('a\0b'))).toBeUndefined()
  expect(bytesLines(Buffer.from('a\u001b[2J'), 'text')).toBe('a\\u{1b}[2J\n')
})
