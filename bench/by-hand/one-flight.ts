import type { Answer, Contender } from '../contender.ts'

/** All who call at once with one key, in this process, share one call. */
export function oneFlight(first: Contender['call']): Contender['call'] {
  const flights = new Map<string, Promise<Answer>>()
  return async (key, order) => {
    const flight = flights.get(key)
    if (flight !== undefined) return { ...(await flight), replayed: true }
    const flying = first(key, order)
    flights.set(key, flying)
    try {
      return await flying
    } finally {
      flights.delete(key)
    }
  }
}
