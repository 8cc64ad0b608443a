import type { PlaceApart } from '../../../core/index.ts'
import type { StoreUnderTest } from '../../contract-case.ts'

/** A store with the settings that it will be used with, as a proof reaches it. */
export interface StoreToProve {
  /** What the report calls it: a URL without user, password and query. */
  readonly target: string
  /**
   * Makes an empty place of its own, such as `placeApart(url)` does: the proof fills it, and removes it. Receipts that
   * the store keeps elsewhere are never read or written.
   */
  apart(): Promise<PlaceApart>
  /** How a place is opened by its URL, in this process and in others. */
  at(url: string): StoreUnderTest
}
