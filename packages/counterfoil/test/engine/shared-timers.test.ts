import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SharedTimers } from '../../src/engine/shared-timers.ts'

describe('timers that share one of Node’s', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test.each([0, 1, 499, 500, 501, 999, 10_000, 27_000, 86_400_000])(
    'a wait of %i ms is never shorter, and at most a 64th longer',
    async (ms) => {
      const timers = new SharedTimers()
      const ended: number[] = []
      for (const begunAt of [0, 1, 7, 130]) {
        vi.advanceTimersByTime(begunAt)
        const from = performance.now()
        timers.after(ms, () => ended.push(performance.now() - from), 'let_exit')
      }
      await vi.advanceTimersByTimeAsync(ms * 2 + 2)
      expect(ended).toHaveLength(4)
      // setTimeout takes 0 for 1.
      for (const took of ended) {
        expect(took).toBeGreaterThanOrEqual(ms)
        expect(took).toBeLessThanOrEqual(Math.max(1, ms * (1 + 1 / 64)) + 1)
      }
    },
  )

  test('what is cancelled never ends, wherever it stands, and the others do', async () => {
    const timers = new SharedTimers()
    const ended: number[] = []
    const waits = [0, 1, 2, 3, 4].map((n) => timers.after(10_000, () => ended.push(n), 'let_exit'))
    for (const n of [2, 4, 0, 0]) waits[n]?.cancel()
    await vi.advanceTimersByTimeAsync(20_000)
    expect(ended.sort()).toEqual([1, 3])
    waits[1]?.cancel()
  })

  test('one that ends may cancel another of the same moment', async () => {
    const timers = new SharedTimers()
    const ended: string[] = []
    const waits = ['a', 'b'].map((name) =>
      timers.after(
        10_000,
        () => {
          ended.push(name)
          for (const wait of waits) wait.cancel()
        },
        'let_exit',
      ),
    )
    await vi.advanceTimersByTimeAsync(20_000)
    expect(ended).toHaveLength(1)
  })

  test('many share few', () => {
    const timers = new SharedTimers()
    for (let n = 0; n < 1000; n += 1) timers.after(10_000, () => undefined, 'let_exit')
    expect(vi.getTimerCount()).toBe(1)
  })
})

test('a wait keeps the process alive where it is to, and for no longer than it lasts', () => {
  const keeping = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
  const timers = new SharedTimers()
  const before = keeping()
  timers.after(600_000, () => undefined, 'let_exit')
  expect(keeping()).toBe(before)
  const [one, other] = [1, 2].map(() => timers.after(600_000, () => undefined, 'keep_alive'))
  expect(keeping()).toBe(before + 1)
  one?.cancel()
  one?.cancel()
  expect(keeping()).toBe(before + 1)
  other?.cancel()
  expect(keeping()).toBe(before)
})
