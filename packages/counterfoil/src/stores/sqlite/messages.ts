import type { StoreTime } from '../../core/index.ts'
import type { Fault } from './faults.ts'
import type { Answer, Write } from './write.ts'

/** The largest transaction: claims that come later wait for one such batch. */
export const MAX_BATCH = 128

/** To the worker. It answers writes in the order in which they were posted. */
export type Posted = { readonly latest: StoreTime; readonly writes: readonly Write[] } | 'close'

/** From the worker: the results of the next so many writes. */
export interface Reply {
  readonly latest: StoreTime
  readonly results: readonly ({ readonly answer: Answer } | { readonly fault: Fault })[]
}
