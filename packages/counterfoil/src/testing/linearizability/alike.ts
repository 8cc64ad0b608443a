import type { StormEvent } from '../storm/storm-event.ts'
import { attemptIn } from './mentions.ts'

/**
 * For each of the open calls, the one before it by its start that is like it in all that matters: whichever of two claims
 * without an answer was carried out, when nobody was ever told of either, all that follows is the same. To try the older
 * one alone is then enough, since it can be carried out whenever the younger one can.
 */
export function alikeBefore(
  open: readonly StormEvent[],
  all: readonly StormEvent[],
): readonly (number | undefined)[] {
  const witnessed = witnessedIn(all)
  const latest = new Map<string, number>()
  return open.map((event, index) => {
    const name = nameOf(event, witnessed)
    const before = latest.get(name)
    latest.set(name, index)
    return before
  })
}

/** Tokens that more than one call speaks of, and incarnations that an answer does: it may be that of an unheard first claim. */
function witnessedIn(all: readonly StormEvent[]): ReadonlySet<string> {
  const tokens = new Set<string>()
  const witnessed = new Set<string>()
  for (const event of all) {
    const token = event.call === 'claim' ? event.asked.token : event.fence.token
    if (tokens.has(token)) witnessed.add(token)
    tokens.add(token)
    const told = attemptIn(event)
    if (told !== undefined) witnessed.add(told.incarnation)
  }
  return witnessed
}

function nameOf(event: StormEvent, witnessed: ReadonlySet<string>): string {
  if (event.call !== 'claim') return JSON.stringify([event.call, event.fence, event.asked])
  const { token, incarnation, ...terms } = event.asked
  const isWitnessed = witnessed.has(token) || witnessed.has(incarnation)
  return JSON.stringify(isWitnessed ? [token, incarnation, event.startedAt] : ['unheard', terms])
}
