import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { memoryStore } from '../../src/stores/memory/index.ts'
import { checkHistory, runStorm, type StormEvent } from '../../src/testing/index.ts'
import { seeded } from '../../src/testing/random.ts'
import { seededViolations } from './seeded-violations.ts'

const soak = process.env.COUNTERFOIL_SOAK === '1'
const HISTORIES = soak ? 20 : 1
/** Of each history and way, tried at random places. */
const PLACES = soak ? 10 : 2

// A judge that lets everything pass would be as content as one that is right: lies are put into true histories.

const random = seeded(1)
let histories: readonly (readonly StormEvent[])[] = []

beforeAll(async () => {
  histories = await Promise.all(Array.from({ length: HISTORIES }, (_, index) => recorded(index)))
})

describe('the checker of histories', () => {
  it('accepts what the memory store answers in a storm', () => {
    for (const history of histories) expect(checkHistory(history)).toMatchObject({ kind: 'linearizable' })
  })

  it('accepts it also where one answer in twelve was lost', () => {
    for (const history of histories) {
      const heard = history.map((event) => (random.int(12) === 0 ? unheard(event) : event))
      expect(checkHistory(heard)).toMatchObject({ kind: 'linearizable' })
    }
  })

  it.each(Object.entries(seededViolations))('rejects %s', (_, seed) => {
    const lies = histories.flatMap((history) => {
      const all = seed(history)
      return Array.from({ length: Math.min(PLACES, all.length) }, () => random.pick(all))
    })
    expect(lies.length).toBeGreaterThan(0)
    for (const lie of lies) expect(checkHistory(lie)).toMatchObject({ kind: 'broken' })
  })
})

async function recorded(index: number): Promise<readonly StormEvent[]> {
  const store = memoryStore()
  const keys = [randomUUID(), randomUUID()]
  const plan = { storm: 'mixed', keys, calls: 500, concurrency: 6, seed: 100 + index, caller: 'a' } as const
  const events = await runStorm(store, plan)
  await store.close()
  return events
}

function unheard(event: StormEvent): StormEvent {
  return { ...event, answer: { kind: 'unknown', why: 'lost' } }
}
