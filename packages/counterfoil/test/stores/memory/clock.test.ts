import { expect, it } from 'vitest'
import { steadyClock } from '../../../src/stores/memory/clock.ts'

it('a steady clock stands still where the one beneath runs backwards, until that has caught up', () => {
  const times = [10, 12, 5, 11, 12, 13]
  const clock = steadyClock(() => times.shift() ?? 0)
  expect([clock(), clock(), clock(), clock(), clock(), clock()]).toEqual([10, 12, 12, 12, 12, 13])
})

it('a steady clock starts no earlier than its high-water mark', () => {
  expect(steadyClock(() => 5, 100)()).toBe(100)
})
