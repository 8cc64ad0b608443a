import type { PlaceApart } from '../../../core/index.ts'
import type { StoreUnderTest } from '../../contract-case.ts'
import type { Testbed } from './scenario.ts'

/** Gives a scenario a place of its own, and removes it whatever happens. */
export async function inPlace<T>(
  { store, leave }: Pick<Testbed, 'store' | 'leave'>,
  use: (subject: StoreUnderTest, place: PlaceApart) => Promise<T>,
): Promise<T> {
  const place = await store.apart()
  try {
    return await use(store.at(place.url), place)
  } finally {
    // A server that did not come back can't remove anything: what was shown is not lost by that.
    await place.remove().catch(() => leave(place.name))
  }
}
