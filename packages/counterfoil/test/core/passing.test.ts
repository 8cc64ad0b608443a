import { expect, test } from 'vitest'
import { Passing } from '../../src/core/passing.ts'

test('members leave in any order, and nobody else with them', () => {
  const passing = new Passing<{ name: string }>()
  const names = (): string[] =>
    passing
      .now()
      .map(({ name }) => name)
      .sort()
  const leave = ['a', 'b', 'c', 'd'].map((name) => passing.enter({ name }))
  leave[1]?.()
  expect(names()).toEqual(['a', 'c', 'd'])
  leave[3]?.()
  leave[0]?.()
  expect(names()).toEqual(['c'])
  passing.enter({ name: 'e' })
  leave[2]?.()
  expect(names()).toEqual(['e'])
  expect(passing.empty).toBe(false)
})

test('who leaves twice takes nobody along', () => {
  const passing = new Passing<{ name: string }>()
  const leave = passing.enter({ name: 'a' })
  leave()
  passing.enter({ name: 'b' })
  leave()
  expect(passing.now()).toEqual([{ name: 'b' }])
})
