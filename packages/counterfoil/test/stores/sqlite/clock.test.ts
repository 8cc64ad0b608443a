import { describe, expect, it } from 'vitest'
import { MARK_EVERY_MS, storeClock } from '../../../src/stores/sqlite/clock.ts'
import { LEASE_MS, requestWith, rerunPolicies, retryOf } from '../../../src/testing/requests.ts'
import { claimed, newPath, openAt } from './a-file.ts'

const NOON = 1_800_000_000_000

describe('the clock', () => {
  it('follows the wall clock, and goes on by the monotonic one where the wall clock is set back', () => {
    const time = { wall: NOON, monotonic: 50 }
    const clock = storeClock(
      () => time.wall,
      () => time.monotonic,
    )
    expect(clock.now()).toBe(NOON)
    time.wall += 700
    time.monotonic += 700
    expect(clock.now()).toBe(NOON + 700)
    time.wall -= 3_600_000
    time.monotonic += 300
    expect(clock.now()).toBe(NOON + 1000)
    time.wall = NOON + 5000
    expect(clock.now()).toBe(NOON + 5000)
  })

  it('never falls behind a moment that somebody else has seen', () => {
    const clock = storeClock(
      () => NOON,
      () => 0,
    )
    clock.observe(NOON + 9000)
    expect(clock.now()).toBe(NOON + 9000)
    clock.observe(NOON + 10)
    expect(clock.now()).toBe(NOON + 9000)
  })

  it('runs behind, and never ahead, where its thread is stopped between the two readings', () => {
    const time = { wall: NOON, monotonic: 0 }
    const clock = storeClock(
      () => {
        const read = time.wall
        time.wall += 20
        time.monotonic += 20
        return read
      },
      () => time.monotonic,
    )
    for (let turn = 0; turn < 5; turn += 1) expect(clock.now()).toBeLessThanOrEqual(time.wall)
  })
})

describe('the high-water mark in the file', () => {
  it('keeps time from running backwards across a restart', async () => {
    const path = newPath()
    const before = openAt(path, { now: () => NOON })
    const first = requestWith()
    await claimed(before, first)
    await before.close()
    const after = openAt(path, { now: () => NOON - 3_600_000 })
    expect((await after.read(first.id)).now).toBeGreaterThan(NOON - MARK_EVERY_MS)
  })

  it('keeps a process whose clock was set back from giving a lease that others see as over', async () => {
    const path = newPath()
    let wall = NOON
    const ahead = openAt(path, { now: () => wall })
    const behind = openAt(path, { now: () => NOON - 3_600_000 })
    await behind.stats()
    await claimed(ahead, requestWith())
    wall += 10 * MARK_EVERY_MS
    await claimed(ahead, requestWith())
    const first = requestWith({ policies: rerunPolicies, leaseMs: LEASE_MS })
    await claimed(behind, first)
    const answer = await ahead.claim(retryOf(first))
    expect(answer.kind).toBe('in_progress')
    const left = answer.kind === 'in_progress' ? answer.leaseLeftMs : 0
    expect(left).toBeGreaterThanOrEqual(LEASE_MS - MARK_EVERY_MS)
    expect(left).toBeLessThanOrEqual(LEASE_MS)
  })

  it('is not written by every call', async () => {
    const path = newPath()
    let wall = NOON
    const store = openAt(path, { now: () => wall })
    await claimed(store, requestWith())
    wall += MARK_EVERY_MS - 1
    await claimed(store, requestWith())
    await store.close()
    const after = openAt(path, { now: () => 0 })
    expect((await after.read(requestWith().id)).now).toBe(NOON)
  })
})
