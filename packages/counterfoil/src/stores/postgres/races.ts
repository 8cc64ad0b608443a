import { setTimeout } from 'node:timers/promises'
import { StoreUnavailable } from '../../core/index.ts'

/** So often a call may find that somebody came between. Each time somebody else's write succeeded, so this is plenty. */
const MAX_ROUNDS = 50

/**
 * Looks, decides and writes until nobody came between; `undefined` says that somebody did.
 *
 * @throws {StoreUnavailable} (`locked`) where that doesn't end; then nothing was written.
 */
export async function insist<T>(what: string, round: () => Promise<T | undefined>): Promise<T> {
  for (let rounds = 1; rounds <= MAX_ROUNDS; rounds += 1) {
    const answer = await round()
    if (answer !== undefined) return answer
    if (rounds > 3) await setTimeout(Math.random() * Math.min(50, rounds * 2))
  }
  throw new StoreUnavailable(
    'PostgreSQL',
    'locked',
    `found the receipt changed by others in all of ${MAX_ROUNDS} tries at ${what}; send the request again`,
  )
}
