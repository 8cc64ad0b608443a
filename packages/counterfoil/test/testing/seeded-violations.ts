import { randomUUID } from 'node:crypto'
import type { ClaimAnswer, ClaimEvent, StormEvent, WriteEvent } from '../../src/testing/index.ts'

/**
 * A way in which a store could have broken its promise, put into a history that is true. It gives the histories that can
 * be made so, one change each: every one of them is a lie, whatever the timing.
 */
export type Seeded = (events: readonly StormEvent[]) => readonly (readonly StormEvent[])[]

export const seededViolations: Readonly<Record<string, Seeded>> = {
  'a running attempt granted to a second caller': (events) =>
    claimsAnswered(events, 'in_progress').flatMap(({ event, answer }) => {
      const grant = grantsOf(events, answer).at(0)
      if (grant === undefined || grant.asked.token === event.asked.token) return []
      const claimedAt = midOf(event) + offsetIn(events)
      const leaseEndsAt = claimedAt + event.asked.leaseMs
      const twice = { ...grant.answer, fence: fenceBy(event, grant.answer), claimedAt, leaseEndsAt }
      return [replaced(events, event, answered(event, twice))]
    }),
  'a grant while the lease of another lives': (events) =>
    claimsAnswered(events, 'in_progress').flatMap(({ event, answer }) => {
      const grant = grantsOf(events, answer).at(0)
      // What is left of the lease says by how much the grant comes early: far enough to be told from the slack.
      const now = grant && answer.leaseLeftMs > 12 ? midOf(event) + offsetIn(events) : undefined
      if (grant === undefined || now === undefined) return []
      const fence = fenceBy(event, grant.answer, answer.attempt + 1)
      const claimed = { kind: 'claimed', fence, predecessor: 'abandoned', claimedAt: now } as const
      return [
        replaced(events, event, answered(event, { ...claimed, leaseEndsAt: now + event.asked.leaseMs })),
      ]
    }),
  'an attempt that is skipped': (events) =>
    grantsIn(events).flatMap((event) => {
      const { fence } = event.answer
      if (
        !events.some(
          (other) => other.call === 'claim' && isGrantOf(other, fence.incarnation, fence.attempt + 1),
        )
      )
        return []
      const skipping = { ...event.answer, fence: { ...fence, attempt: fence.attempt + 1 } }
      return [replaced(events, event, answered(event, skipping))]
    }),
  'a predecessor that ended otherwise than is told': (events) =>
    grantsIn(events).map((event) => {
      const told = event.answer.predecessor === 'released' ? 'abandoned' : 'released'
      return replaced(events, event, answered(event, { ...event.answer, predecessor: told }))
    }),
  'a settle that was lost, and is replayed': (events) =>
    claimsAnswered(events, 'replay').flatMap(({ answer }) => {
      const settles = events.filter((event): event is WriteEvent => isSettleOf(event, answer))
      const lost = new Map(settles.map((event) => [event, { ...event, answer: { kind: 'lost' as const } }]))
      return settles.length === 0 ? [] : [events.map((event) => lost.get(event as WriteEvent) ?? event)]
    }),
  'another outcome replayed than was settled': (events) =>
    claimsAnswered(events, 'replay').map(({ event, answer }) =>
      replaced(events, event, answered(event, { ...answer, outcome: 'something else' })),
    ),
  'a failure replayed as a success': (events) =>
    claimsAnswered(events, 'replay').map(({ event, answer }) =>
      replaced(
        events,
        event,
        answered(event, { ...answer, as: answer.as === 'failed' ? 'succeeded' : 'failed' }),
      ),
    ),
  'a replay before the settle': (events) =>
    claimsAnswered(events, 'replay').flatMap(({ event, answer }) => {
      const settles = events.filter((other) => isSettleOf(other, answer))
      const before = Math.min(...settles.map(({ startedAt }) => startedAt)) - 0.001
      if (settles.length === 0) return []
      return [replaced(events, event, { ...event, startedAt: before - 0.001, endedAt: before })]
    }),
  'a stale read: an attempt told to run once it has ended': (events) =>
    claimsAnswered(events, 'replay').flatMap(({ event, answer }) => {
      const ended = events.some((other) => isSettleOf(other, answer) && other.endedAt < event.startedAt)
      const { incarnation, attempt } = answer
      const stale = { kind: 'in_progress', incarnation, attempt, leaseLeftMs: 5 } as const
      return ended ? [replaced(events, event, answered(event, stale))] : []
    }),
  'an overtaken holder that is heard': (events) =>
    grantsIn(events).flatMap((grant) => {
      const { incarnation, attempt } = grant.answer.fence
      const before = grantsOf(events, { incarnation, attempt: attempt - 1 })[0]
      return before && before.endedAt < grant.startedAt
        ? [[...events, heardAfter(grant, before, offsetIn(events))]]
        : []
    }),
  'a receipt that is resurrected': (events) =>
    grantsIn(events).flatMap((grant) => {
      const old = grantsIn(events).find(
        ({ id, answer, endedAt }) =>
          id === grant.id &&
          answer.fence.incarnation !== grant.answer.fence.incarnation &&
          endedAt < grant.startedAt,
      )
      return old ? [[...events, heardAfter(grant, old, offsetIn(events))]] : []
    }),
  'a receipt that is forgotten within its retention': (events) =>
    claimsAnswered(events, 'replay').flatMap(({ event }) => {
      const now = midOf(event) + offsetIn(events)
      const fence = { id: event.id, incarnation: randomUUID(), attempt: 1, token: event.asked.token }
      const anew = { kind: 'claimed', fence, predecessor: 'none', claimedAt: now } as const
      const asked = { ...event.asked, incarnation: fence.incarnation }
      const leaseEndsAt = now + event.asked.leaseMs
      return [replaced(events, event, { ...event, asked, answer: { ...anew, leaseEndsAt } })]
    }),
}

type Grant = ClaimEvent & { readonly answer: Extract<ClaimAnswer, { kind: 'claimed' }> }

function grantsIn(events: readonly StormEvent[]): readonly Grant[] {
  return events.filter((event): event is Grant => event.call === 'claim' && event.answer.kind === 'claimed')
}

function grantsOf(
  events: readonly StormEvent[],
  { incarnation, attempt }: { readonly incarnation: string; readonly attempt: number },
): readonly Grant[] {
  return grantsIn(events).filter((event) => isGrantOf(event, incarnation, attempt))
}

function isGrantOf({ answer }: ClaimEvent, incarnation: string, attempt: number): boolean {
  return (
    answer.kind === 'claimed' && answer.fence.incarnation === incarnation && answer.fence.attempt === attempt
  )
}

function isSettleOf(
  event: StormEvent,
  { incarnation, attempt }: { readonly incarnation: string; readonly attempt: number },
): boolean {
  return event.call === 'settle' && event.fence.incarnation === incarnation && event.fence.attempt === attempt
}

/** A settle by the holder of an older grant, accepted once this one was made. */
function heardAfter(grant: Grant, { caller, id, answer: { fence } }: Grant, aheadBy: number): StormEvent {
  const { incarnation, attempt, token } = fence
  const times = { startedAt: grant.endedAt + 0.001, endedAt: grant.endedAt + 0.002 }
  const at = times.startedAt + aheadBy
  const stored = { incarnation, attempt, token, as: 'succeeded', outcome: 'late', at } as const
  const asked = { as: 'succeeded', outcome: 'late', doubt: null } as const
  return { call: 'settle', caller, id, fence, asked, ...times, answer: { kind: 'written', stored } }
}

function claimsAnswered<Kind extends ClaimAnswer['kind']>(
  events: readonly StormEvent[],
  kind: Kind,
): readonly { readonly event: ClaimEvent; readonly answer: Extract<ClaimAnswer, { kind: Kind }> }[] {
  return events.flatMap((event) =>
    event.call === 'claim' && event.answer.kind === kind
      ? [{ event, answer: event.answer as Extract<ClaimAnswer, { kind: Kind }> }]
      : [],
  )
}

function answered(event: ClaimEvent, answer: ClaimAnswer): ClaimEvent {
  return { ...event, answer }
}

function fenceBy(
  event: ClaimEvent,
  { fence }: Grant['answer'],
  attempt = fence.attempt,
): Grant['answer']['fence'] {
  return { ...fence, attempt, token: event.asked.token }
}

function replaced(events: readonly StormEvent[], old: StormEvent, by: StormEvent): readonly StormEvent[] {
  return events.map((event) => (event === old ? by : event))
}

function midOf({ startedAt, endedAt }: StormEvent): number {
  return (startedAt + endedAt) / 2
}

/**
 * By how much the store's clock is ahead of the machine's, about: as the shortest call tells, since a long one, on a busy
 * machine, may have been decided at any of its moments.
 */
function offsetIn(events: readonly StormEvent[]): number {
  const lengthOf = ({ startedAt, endedAt }: StormEvent): number => endedAt - startedAt
  const [grant] = grantsIn(events).toSorted((a, b) => lengthOf(a) - lengthOf(b))
  if (grant === undefined) throw new Error('a history in which nobody was granted anything')
  return grant.answer.leaseEndsAt - grant.asked.leaseMs - midOf(grant)
}
