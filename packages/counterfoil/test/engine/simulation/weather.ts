import type { Random } from '../../../src/testing/random.ts'
import type { Weather } from './plan.ts'
import type { Fate } from './store-link.ts'

/** Nothing is lost any more, and everything is quick. */
export const calm: Weather = { slowestMs: 2, lostOfThousand: 0 }

/** What this weather does to one call, or to one wake-up: those are slow, and never lost. */
export function fateIn({ slowestMs, lostOfThousand }: Weather, verb: string, random: Random): Fate {
  // Mostly quick, so that what is slow is overtaken.
  const way = (): number => (random.int(3) > 0 ? random.int(4) % (slowestMs + 1) : random.int(slowestMs + 1))
  const lost = verb !== 'wake' && random.int(1000) < lostOfThousand
  const fault = lost
    ? random.pick(['request_lost', 'answer_lost', 'answer_lost', 'request_late'] as const)
    : 'none'
  return { sendMs: way(), answerMs: way(), fault }
}
