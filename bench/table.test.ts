import { expect, it } from 'vitest'
import { number, table } from './table.ts'

it.each([
  [1234.5, '1,235'],
  [-1234.5, '-1,234'],
  [124.04, '124'],
  [-124.04, '-124'],
  [24.92, '24.9'],
  [-0.125, '-0.13'],
])('shows %d with about three digits: %s', (value, text) => {
  expect(number(value)).toBe(text)
})

it('puts numbers to the right, those below zero too', () => {
  expect(
    table(
      ['who', 'more'],
      [
        ['a', '-1.00'],
        ['b', '20.0'],
      ],
    ).split('\n'),
  ).toEqual(['who   more', '───  ─────', 'a    -1.00', 'b     20.0'])
})
