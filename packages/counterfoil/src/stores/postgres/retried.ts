import { setTimeout } from 'node:timers/promises'

const MAX_TRIES = 12

/** Sends it again, a little later, while it fails in a way that left nothing behind. */
export async function retried<T>(mayRetry: (error: unknown) => boolean, send: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await send()
    } catch (error) {
      if (tries === MAX_TRIES || !mayRetry(error)) throw error
      await setTimeout(Math.random() * 4 * tries)
    }
  }
}
