import type { Place } from './standing.ts'

/** What moves a receipt: a claim's holder, a caller, an operator, or time alone. */
export type Mover = 'claim' | 'settle' | 'yield' | 'renew' | 'operator' | 'time'

export interface Transition {
  readonly from: Place
  readonly to: Place
  readonly by: Mover
  readonly when: string
}

/**
 * Every way a receipt can go while it is in its time, as data: diagrams and tests are made from it, and a test holds the
 * decisions to it.
 */
export const transitions: readonly Transition[] = [
  { from: 'absent', to: 'in_progress', by: 'claim', when: 'first request: attempt 1' },
  { from: 'in_progress', to: 'in_progress', by: 'claim', when: 'the same claim token, sent again' },
  { from: 'in_progress', to: 'in_progress', by: 'renew', when: 'heartbeat, on the fence' },
  { from: 'in_progress', to: 'succeeded', by: 'settle', when: 'on the fence' },
  { from: 'in_progress', to: 'failed', by: 'settle', when: 'on the fence, final' },
  { from: 'in_progress', to: 'released', by: 'settle', when: 'on the fence, retryable, no doubt standing' },
  { from: 'in_progress', to: 'abandoned', by: 'settle', when: 'on the fence, retryable, while doubt stands' },
  { from: 'in_progress', to: 'abandoned', by: 'yield', when: 'on the fence: the effect is unknown' },
  { from: 'in_progress', to: 'abandoned', by: 'time', when: 'the lease lapsed' },
  {
    from: 'in_progress',
    to: 'tombstone',
    by: 'time',
    when: 'the lease lapsed, when doubt had stood for 30 days and the key retention',
  },
  { from: 'in_progress', to: 'tombstone', by: 'settle', when: 'retryable, after as long in doubt' },
  { from: 'in_progress', to: 'tombstone', by: 'yield', when: 'still unknown, after as long in doubt' },
  {
    from: 'abandoned',
    to: 'in_progress',
    by: 'claim',
    when: 'recovery, or the guarantee re-runs: attempt + 1',
  },
  {
    from: 'abandoned',
    to: 'in_progress',
    by: 'claim',
    when: 'the same claim token, before anybody took over',
  },
  { from: 'abandoned', to: 'in_progress', by: 'renew', when: 'late, before anybody took over' },
  { from: 'abandoned', to: 'succeeded', by: 'settle', when: 'late, before anybody took over' },
  { from: 'abandoned', to: 'failed', by: 'settle', when: 'late, before anybody took over' },
  { from: 'abandoned', to: 'released', by: 'settle', when: 'late, before anybody took over' },
  { from: 'abandoned', to: 'abandoned', by: 'settle', when: 'late and retryable, while doubt stands' },
  { from: 'abandoned', to: 'abandoned', by: 'yield', when: 'late: the effect is unknown' },
  { from: 'abandoned', to: 'succeeded', by: 'operator', when: 'settled by hand' },
  { from: 'abandoned', to: 'failed', by: 'operator', when: 'settled by hand' },
  { from: 'abandoned', to: 'released', by: 'operator', when: 'released by hand' },
  { from: 'abandoned', to: 'tombstone', by: 'time', when: 'held past 30 days and the key retention' },
  { from: 'abandoned', to: 'absent', by: 'time', when: 'past key retention, where the guarantee re-runs' },
  { from: 'released', to: 'in_progress', by: 'claim', when: 'the next request: attempt + 1' },
  { from: 'released', to: 'absent', by: 'time', when: 'past key retention' },
  { from: 'failed', to: 'released', by: 'operator', when: 'released by hand' },
  { from: 'failed', to: 'tombstone', by: 'time', when: 'past ttl' },
  { from: 'succeeded', to: 'tombstone', by: 'time', when: 'past ttl' },
  { from: 'tombstone', to: 'absent', by: 'time', when: 'past key retention, where the outcome was known' },
  {
    from: 'tombstone',
    to: 'released',
    by: 'operator',
    when: 'released by hand, where it was held or a failure',
  },
  { from: 'tombstone', to: 'succeeded', by: 'operator', when: 'settled by hand, where it was held' },
  { from: 'tombstone', to: 'failed', by: 'operator', when: 'settled by hand, where it was held' },
]
