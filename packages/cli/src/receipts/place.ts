import type { Place } from 'counterfoil'
import type { Style } from '../io.ts'

/** In the order in which they are listed; `absent` is no place to look in. */
export const places: readonly Exclude<Place, 'absent'>[] = [
  'in_progress',
  'abandoned',
  'succeeded',
  'failed',
  'released',
  'tombstone',
]

export const placeStyles: Readonly<Record<Place, Style>> = {
  absent: 'dim',
  in_progress: 'cyan',
  abandoned: ['yellow', 'bold'],
  succeeded: 'green',
  failed: 'red',
  released: 'blue',
  tombstone: 'dim',
}

export const placeMeanings: Readonly<Record<Place, string>> = {
  absent: 'past key retention, not swept yet',
  in_progress: 'an attempt is running',
  abandoned: 'an attempt broke off, its effect unknown',
  succeeded: 'retries get the stored outcome',
  failed: 'final: retries get the stored failure',
  released: 'the next request runs again',
  tombstone: 'the key is remembered, the outcome is not',
}
