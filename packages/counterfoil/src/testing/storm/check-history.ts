import type { Fence } from '../../core/index.ts'
import type { ClaimAnswer, ClaimEvent, StormEvent, WriteEvent } from './storm-event.ts'

/** Answers that no store which keeps the promise could have given, in whatever order it took the calls. */
export interface HistoryViolation {
  readonly rule: HistoryRule
  readonly says: string
  /** The calls that contradict each other. */
  readonly events: readonly StormEvent[]
}

export type HistoryRule =
  | 'one token for each attempt'
  | 'attempts follow one another'
  | 'no grant while a lease lives'
  | 'no grant after an end'
  | 'the predecessor is told truly'
  | 'only the latest fence writes'
  | 'one outcome'
  | 'who loses was overtaken'
  | 'one incarnation at a time'
  | 'a replay was settled'
  | 'an ended attempt is not told as running'

/** The store's clock counts whole milliseconds, and its lease may be kept a little shorter than it says. */
const SLACK_MS = 5

/**
 * Judges a history of claims, settles, yields and renewals of any number of callers by real time alone: a call took
 * effect at some moment between its start and its end. What cannot be decided for want of an answer is let pass.
 * It doesn't know of receipts aged, changed by hand, or there before the history began.
 */
export function checkHistory(events: readonly StormEvent[]): readonly HistoryViolation[] {
  const ofKeys = Map.groupBy(events, ({ id }) => id)
  return [...ofKeys.values()].flatMap((ofKey) => new KeyHistory(ofKey).violations())
}

type Grant = ClaimEvent & { readonly answer: Extract<ClaimAnswer, { kind: 'claimed' }> }

/** One attempt, and all that was heard of it. */
interface Attempt {
  readonly number: number
  readonly incarnation: string
  /** By their start; the first made the attempt, the others were sent again. */
  readonly grants: readonly Grant[]
  readonly first: Grant
  readonly writes: readonly WriteEvent[]
}

class KeyHistory {
  readonly #events: readonly StormEvent[]
  readonly #attempts = new Map<string, Attempt[]>()
  readonly #found: HistoryViolation[] = []
  /** Calls without an answer may have made attempts that nobody heard of. */
  readonly #complete: boolean

  constructor(events: readonly StormEvent[]) {
    this.#events = events
    this.#complete = events.every(({ answer }) => answer.kind !== 'unknown')
    const grants = events.filter(isGrant).toSorted((a, b) => a.startedAt - b.startedAt)
    const writes = events.filter((event): event is WriteEvent => event.call !== 'claim')
    for (const [incarnation, ofIncarnation] of Map.groupBy(
      grants,
      ({ answer }) => answer.fence.incarnation,
    )) {
      const byNumber = Map.groupBy(ofIncarnation, ({ answer }) => answer.fence.attempt)
      const attempts = [...byNumber].map(
        ([number, ofAttempt]): Attempt => ({
          number,
          incarnation,
          grants: ofAttempt,
          first: ofAttempt[0] as Grant,
          writes: writes.filter(({ fence }) => fence.incarnation === incarnation && fence.attempt === number),
        }),
      )
      this.#attempts.set(
        incarnation,
        attempts.toSorted((a, b) => a.number - b.number),
      )
    }
  }

  violations(): readonly HistoryViolation[] {
    for (const attempts of this.#attempts.values()) {
      for (const attempt of attempts) this.#judgeAttempt(attempt)
      for (const [index, attempt] of attempts.entries()) this.#judgeSuccession(attempts[index - 1], attempt)
      this.#judgeOutcomes(attempts)
    }
    this.#judgeIncarnations()
    for (const event of this.#events) {
      if (event.call === 'claim') this.#judgeRefusal(event)
      else if (event.answer.kind === 'lost') this.#judgeLoss(event)
    }
    return this.#found
  }

  #judgeAttempt({ grants, first, writes }: Attempt): void {
    for (const grant of grants) {
      if (grant.answer.fence.token !== first.token || grant.answer.fence.token !== grant.token) {
        this.#find(
          'one token for each attempt',
          `attempt ${first.answer.fence.attempt} was granted to two callers`,
          first,
          grant,
        )
      }
      if (grant.answer.predecessor !== first.answer.predecessor) {
        this.#find('the predecessor is told truly', 'one attempt was told two predecessors', first, grant)
      }
    }
    for (const write of writes) {
      if (write.answer.kind !== 'written' || write.answer.stored === null) continue
      const { attempt, token, as } = write.answer.stored
      if (attempt !== write.fence.attempt || token !== write.fence.token || as === 'running') {
        this.#find(
          'only the latest fence writes',
          `a ${write.call} was accepted, and another attempt is stored`,
          write,
        )
      }
    }
  }

  #judgeSuccession(before: Attempt | undefined, attempt: Attempt): void {
    const { first, number } = attempt
    if ((before?.number ?? 0) !== number - 1) {
      if (this.#complete)
        this.#find('attempts follow one another', `attempt ${number} has no predecessor`, first)
      return
    }
    const told = first.answer.predecessor
    if (before === undefined) {
      if (told !== 'none') this.#find('the predecessor is told truly', `attempt 1 was told: ${told}`, first)
      return
    }
    if (first.endedAt < before.first.startedAt) {
      this.#find(
        'attempts follow one another',
        `attempt ${number} was granted before attempt ${before.number}`,
        first,
        before.first,
      )
    }
    for (const write of before.writes) {
      if (write.answer.kind === 'written' && write.startedAt > first.endedAt) {
        this.#find(
          'only the latest fence writes',
          `a ${write.call} of attempt ${before.number} was accepted after attempt ${number} was granted`,
          first,
          write,
        )
      }
    }
    this.#judgePredecessor(before, attempt)
  }

  /** How `before` ended, against what its successor was told. */
  #judgePredecessor(before: Attempt, { first, number }: Attempt): void {
    const told = first.answer.predecessor
    const ends = endsOf(before)
    const final = ends.find(({ as }) => as === 'succeeded' || as === 'failed')
    if (final) {
      this.#find(
        'no grant after an end',
        `attempt ${number} was granted, and attempt ${before.number} ${final.as}`,
        final.event,
        first,
      )
      return
    }
    const release = ends.find(({ as }) => as === 'released')
    if (release && told !== 'released') {
      this.#find(
        'the predecessor is told truly',
        `attempt ${before.number} was released, and attempt ${number} was told: ${told}`,
        release.event,
        first,
      )
      return
    }
    const mayHaveEnded = before.writes.some(
      ({ call, answer, startedAt }) =>
        call !== 'renew' && answer.kind === 'unknown' && startedAt < first.endedAt,
    )
    if (told === 'released') {
      if (!mayHaveEnded && !(release && release.event.startedAt < first.endedAt)) {
        this.#find(
          'the predecessor is told truly',
          `attempt ${number} was told of a release that nobody made`,
          before.first,
          first,
        )
      }
      return
    }
    if (told === 'none') {
      this.#find(
        'the predecessor is told truly',
        `attempt ${number} was told that it had none`,
        before.first,
        first,
      )
      return
    }
    const gaveUp = ends.some(({ as, event }) => as === 'given up' && event.startedAt < first.endedAt)
    if (gaveUp || mayHaveEnded) return
    for (const lease of leasesOf(before)) {
      if (first.endedAt < lease.endsAt - SLACK_MS) {
        this.#find(
          'no grant while a lease lives',
          `attempt ${number} was granted ${Math.round(lease.endsAt - first.endedAt)} ms before the lease of attempt ${before.number} ended`,
          lease.event,
          first,
        )
      }
    }
  }

  /** At most one settled outcome, and whoever replays it gets that one, once it was settled. */
  #judgeOutcomes(attempts: readonly Attempt[]): void {
    const settles = attempts.flatMap((attempt) =>
      endsOf(attempt).filter(({ as }) => as === 'succeeded' || as === 'failed'),
    )
    const [settled] = settles
    for (const other of settles) {
      if (settled === undefined) continue
      // A settle sent again once the ttl is over may be told of a success whose bytes the sweep has dropped.
      const ttlMs = attempts[0]?.first.terms.ttlMs ?? 0
      const dropped =
        other.outcome === null && other.event.endedAt >= settled.event.startedAt + ttlMs - SLACK_MS
      if (other.as !== settled.as || (other.outcome !== settled.outcome && !dropped)) {
        this.#find('one outcome', 'two outcomes were settled', settled.event, other.event)
      }
    }
    const incarnation = attempts[0]?.incarnation
    for (const event of this.#events) {
      if (
        event.call !== 'claim' ||
        event.answer.kind !== 'replay' ||
        event.answer.incarnation !== incarnation
      )
        continue
      const { attempt, outcome } = event.answer
      const writes = attempts.find(({ number }) => number === attempt)?.writes ?? []
      const source = writes.find(
        ({ as, answer, startedAt }) =>
          (as === 'succeeded' || as === 'failed') && answer.kind !== 'lost' && startedAt < event.endedAt,
      )
      if (source === undefined) {
        this.#find('a replay was settled', `attempt ${attempt} was replayed, and had not settled`, event)
      } else if (settled && outcome !== settled.outcome) {
        this.#find('one outcome', 'another outcome was replayed than was settled', settled.event, event)
      } else if (settled && event.startedAt > settled.event.endedAt + event.terms.ttlMs + SLACK_MS) {
        this.#find('a replay was settled', 'an outcome was replayed past its ttl', settled.event, event)
      }
    }
  }

  /** A key is forgotten before it is claimed anew. */
  #judgeIncarnations(): void {
    const incarnations = [...this.#attempts.values()].toSorted(
      (a, b) => createdAt(a) - createdAt(b) || startOf(a) - startOf(b),
    )
    for (const [index, attempts] of incarnations.entries()) {
      const next = incarnations[index + 1]?.[0]
      if (next === undefined) continue
      const keptUntil = this.#keptUntil(attempts)
      if (keptUntil !== null && next.first.endedAt < keptUntil.at - SLACK_MS) {
        this.#find(
          'one incarnation at a time',
          'a key was claimed anew while its receipt was kept',
          keptUntil.event,
          next.first,
        )
      }
    }
  }

  /** The earliest moment at which this incarnation could have been forgotten; `null` where nobody can tell. */
  #keptUntil(attempts: readonly Attempt[]): { readonly at: number; readonly event: StormEvent } | null {
    const last = attempts.at(-1)
    if (last === undefined || !this.#complete) return null
    const { keyRetentionMs, onAbandoned } = last.first.terms
    const ended = endsOf(last).find(({ as }) => as !== 'given up')
    if (ended) return { at: ended.event.startedAt + keyRetentionMs, event: ended.event }
    if (onAbandoned === 'hold') return { at: Number.POSITIVE_INFINITY, event: last.first }
    const gaveUp = endsOf(last).find(({ as }) => as === 'given up')
    if (gaveUp) return { at: gaveUp.event.startedAt + keyRetentionMs, event: gaveUp.event }
    const lease = leasesOf(last).reduce((a, b) => (b.endsAt > a.endsAt ? b : a))
    return { at: lease.endsAt + keyRetentionMs, event: lease.event }
  }

  /** Told that an attempt runs, after it had told its caller that it is ended. */
  #judgeRefusal(event: ClaimEvent): void {
    if (event.answer.kind !== 'in_progress') return
    const { incarnation, attempt: number } = event.answer
    const attempt = this.#attempts.get(incarnation)?.find((other) => other.number === number)
    if (attempt === undefined) {
      if (this.#complete)
        this.#find(
          'attempts follow one another',
          `attempt ${number} is told to run, and nobody was granted it`,
          event,
        )
      return
    }
    for (const end of endsOf(attempt)) {
      if (end.event.endedAt < event.startedAt) {
        this.#find(
          'an ended attempt is not told as running',
          `attempt ${number} is told to run after its end (${end.as})`,
          end.event,
          event,
        )
      }
    }
  }

  #judgeLoss(event: WriteEvent): void {
    if (!this.#complete) return
    const { incarnation, attempt: number } = event.fence
    const own = this.#attempts.get(incarnation)?.find((attempt) => attempt.number === number)
    const endedItself =
      event.call === 'renew' &&
      own !== undefined &&
      endsOf(own).some((end) => end.event.startedAt < event.endedAt)
    const overtaken = [...this.#attempts].some(([other, attempts]) =>
      attempts.some(
        ({ number: later, first }) =>
          (other !== incarnation || later > number) &&
          first.startedAt < event.endedAt &&
          first.endedAt > (own?.first.startedAt ?? 0),
      ),
    )
    if (overtaken || endedItself) return
    const kept = this.#keptUntil(this.#attempts.get(incarnation) ?? [])
    if (kept && event.endedAt < kept.at - SLACK_MS) {
      this.#find(
        'who loses was overtaken',
        `a ${event.call} of attempt ${number} was refused, and nobody had taken over`,
        event,
      )
    }
  }

  #find(rule: HistoryRule, says: string, ...events: readonly StormEvent[]): void {
    this.#found.push({ rule, says, events })
  }
}

function isGrant(event: StormEvent): event is Grant {
  return event.call === 'claim' && event.answer.kind === 'claimed'
}

interface End {
  readonly as: 'given up' | 'succeeded' | 'failed' | 'released'
  readonly outcome: string | null
  readonly event: WriteEvent
}

/** The accepted writes that ended the attempt, by their start: those after the first were sent again. */
function endsOf({ writes }: Attempt): readonly End[] {
  return writes
    .flatMap((event): End[] => {
      const { answer } = event
      if (answer.kind !== 'written' || answer.stored === null || answer.stored.as === 'running') return []
      return [{ as: answer.stored.as, outcome: answer.stored.outcome, event }]
    })
    .toSorted((a, b) => a.event.startedAt - b.event.startedAt)
}

/** Each lease that the attempt was given: it began at the earliest when it was asked for. */
function leasesOf({
  grants,
  writes,
}: Attempt): readonly { readonly endsAt: number; readonly event: StormEvent }[] {
  const leaseMs = grants[0]?.terms.leaseMs ?? 0
  const renewals = writes.filter(({ call, answer }) => call === 'renew' && answer.kind === 'written')
  return [...grants, ...renewals].map((event) => ({ endsAt: event.startedAt + leaseMs, event }))
}

function createdAt(attempts: readonly Attempt[]): number {
  return attempts[0]?.first.answer.claimedAt ?? 0
}

function startOf(attempts: readonly Attempt[]): number {
  return attempts[0]?.first.startedAt ?? 0
}

/** For a message: what was asked and answered, by whom and when. */
export function describeViolation({ rule, says, events }: HistoryViolation): string {
  const lines = events.map((event) => {
    const asked =
      event.call === 'claim'
        ? `claim ${event.token}`
        : `${event.call} ${event.as ?? ''} ${fenceText(event.fence)}`
    return `  ${event.startedAt.toFixed(3)} to ${event.endedAt.toFixed(3)} ${event.caller}: ${asked} → ${JSON.stringify(event.answer)}`
  })
  return [`${rule}: ${says}`, ...lines].join('\n')
}

function fenceText({ incarnation, attempt, token }: Fence): string {
  return `(${incarnation}, ${attempt}, ${token})`
}
