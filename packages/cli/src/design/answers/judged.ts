import type { Answers, Effect } from './answers.ts'

/** How long after the first request somebody may still retry. */
export function slowestMs({ retries }: Answers): number {
  return Math.max(...retries.map(({ untilMs }) => untilMs))
}

/** The whole effect is in the database of the receipts, and can commit with them. */
export function isTransactional({ effects, store }: Answers): boolean {
  return (
    effects.every(({ place }) => place.is === 'receipts-database') &&
    (store.kind === 'postgres' || store.kind === 'sqlite')
  )
}

/** It would harm if it ran twice, and nothing but its receipt keeps it from that. */
export function isUnguarded(effect: Effect): boolean {
  return effect.repeated === 'harmful' && keyMemoryOf(effect) === undefined
}

export function isHarmful({ repeated }: Effect): boolean {
  return repeated === 'harmful'
}

/** `undefined` where it does not deduplicate by a key. */
export function keyMemoryOf({ place }: Effect): number | undefined {
  return place.is === 'elsewhere' ? place.keyMemoryMs : undefined
}

export function canBeAsked({ place }: Effect): boolean {
  return place.is === 'elsewhere' && place.canBeAsked
}
