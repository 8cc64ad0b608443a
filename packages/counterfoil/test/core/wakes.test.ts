import { expect, it, vi } from 'vitest'
import { Wakes } from '../../src/core/index.ts'

it('counts one function that is given twice as two', async () => {
  const wakes = new Wakes()
  const wake = vi.fn()
  const leave = wakes.add(wake)
  wakes.add(wake)
  leave()
  wakes.wakeAll()
  await Promise.resolve()
  expect(wake).toHaveBeenCalledTimes(1)
  expect(wakes.empty).toBe(false)
})

it('does not call who has left, not even where all were just told', async () => {
  const wakes = new Wakes()
  const wake = vi.fn()
  const leave = wakes.add(wake)
  wakes.wakeAll()
  leave()
  await Promise.resolve()
  expect(wake).not.toHaveBeenCalled()
  expect(wakes.empty).toBe(true)
})
