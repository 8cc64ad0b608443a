import { setTimeout } from 'node:timers/promises'

const LONGEST_PAUSE_MS = 50

/** Sends it again, a little later, while it fails in a way that left nothing behind, and for no longer than this. */
export async function retried<T>(
  forMs: number,
  mayRetry: (error: unknown) => boolean,
  send: () => Promise<T>,
): Promise<T> {
  const until = performance.now() + forMs
  for (let tries = 1; ; tries += 1) {
    try {
      return await send()
    } catch (error) {
      if (performance.now() >= until || !mayRetry(error)) throw error
      await setTimeout(Math.random() * Math.min(LONGEST_PAUSE_MS, 2 * tries))
    }
  }
}
