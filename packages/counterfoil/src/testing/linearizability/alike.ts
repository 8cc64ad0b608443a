import type { StormEvent } from '../storm/storm-event.ts'

/**
 * For each of the open calls, the one before it by its start that is like it in all that matters: whichever of two claims
 * without an answer was carried out, when nobody was ever told of either, all that follows is the same. To try the older
 * one alone is then enough, since it can be carried out whenever the younger one can.
 */
export function alikeBefore(
  open: readonly StormEvent[],
  all: readonly StormEvent[],
): readonly (number | undefined)[] {
  const witnessed = witnessedTokens(all)
  const latest = new Map<string, number>()
  return open.map((event, index) => {
    const name = nameOf(event, witnessed)
    const before = latest.get(name)
    latest.set(name, index)
    return before
  })
}

/** Tokens that more than one call speaks of. */
function witnessedTokens(all: readonly StormEvent[]): ReadonlySet<string> {
  const seen = new Set<string>()
  const again = new Set<string>()
  for (const event of all) {
    const token = event.call === 'claim' ? event.asked.token : event.fence.token
    if (seen.has(token)) again.add(token)
    seen.add(token)
  }
  return again
}

function nameOf(event: StormEvent, witnessed: ReadonlySet<string>): string {
  if (event.call !== 'claim') return JSON.stringify([event.call, event.fence, event.asked])
  const { token, incarnation, ...terms } = event.asked
  return JSON.stringify(witnessed.has(token) ? [token, incarnation, event.startedAt] : ['unheard', terms])
}
