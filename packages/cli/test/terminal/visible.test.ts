import fc from 'fast-check'
import { expect, it } from 'vitest'
import { jsonLine } from '../../src/terminal/json.ts'
import { visible, visibleLines, visibleName } from '../../src/terminal/visible.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: they must not come out
const obeyed = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200b-\u200f\ufeff]/
const hostile = fc.string({ unit: 'binary', maxLength: 40 })

it('no text brings a character that a terminal obeys', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(visible(text)).not.toMatch(obeyed)
      expect(visibleName(text)).not.toMatch(obeyed)
      expect(visibleLines(text).replaceAll(/[\n\t]/g, '')).not.toMatch(obeyed)
    }),
    { numRuns: 2000 },
  )
})

it('JSON says the same value without such a character', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const line = jsonLine({ [text]: text })
      expect(line.endsWith('\n')).toBe(true)
      expect(line.slice(0, -1)).not.toMatch(obeyed)
      expect(JSON.parse(line)).toEqual({ [text]: text })
    }),
    { numRuns: 2000 },
  )
})

it.each([
  ['\u001b]0;owned\u0007', '\\u{1b}]0;owned\\u{7}'],
  ['\u009b2J', '\\u{9b}2J'],
  ['a\r\nb\tc', 'a\\r\\nb\\tc'],
  ['abc\u202edef', 'abc\\u{202e}def'],
  ['zero\u200bwidth', 'zero\\u{200b}width'],
  ['müller 注文 🧾', 'müller 注文 🧾'],
])('%j is shown as %s', (text, shown) => {
  expect(visible(text)).toBe(shown)
})

it('a name shows the blanks that nobody would see', () => {
  expect(visibleName('order 1 ')).toBe('order 1\\u{20}')
  expect(visibleName('order\u00a01')).toBe('order\\u{a0}1')
})

it('lines keep their breaks and tabs', () => {
  expect(visibleLines('a\n\tb\u001b[31m')).toBe('a\n\tb\\u{1b}[31m')
})
