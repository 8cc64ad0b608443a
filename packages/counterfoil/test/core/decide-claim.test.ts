import { describe, expect, it } from 'vitest'
import type { ClaimDecision, ClaimRequest, Receipt } from '../../src/core/index.ts'
import { decideClaim, decideSweep, HELD_AT_LEAST_MS, MAX_HISTORY } from '../../src/core/index.ts'
import {
  bytes,
  failedWith,
  givenUp,
  hold,
  LEASE,
  RETENTION,
  releasedWith,
  request,
  rerun,
  running,
  settled,
  succeededWith,
  TTL,
  takenOver,
} from './receipts.ts'

const SETTLED_AT = 10

const stored: Readonly<Record<string, Receipt | undefined>> = {
  absent: undefined,
  'running, held': running(),
  'running, re-run': running({ policies: rerun }),
  'taken over': takenOver(),
  'given up, held': givenUp(),
  'given up, re-run': givenUp(running({ policies: rerun })),
  released: settled(running(), releasedWith()),
  succeeded: settled(running(), succeededWith()),
  failed: settled(running(), failedWith()),
  'refused in doubt': settled(takenOver(hold), releasedWith(), LEASE + 10),
  'bytes dropped': { ...settled(running(), succeededWith()), outcome: null } as Receipt,
  entombed: entombed(),
}

const asks: Readonly<Record<string, Partial<ClaimRequest>>> = {
  b: { token: 'b' },
  'b, a recovery': { token: 'b', intent: 'recover' },
  'b, run or recover': { token: 'b', intent: 'run_or_recover' },
  'b, stricter': { token: 'b', policies: hold },
  'b, laxer': { token: 'b', policies: rerun },
  'b, laxer, run or recover': { token: 'b', policies: rerun, intent: 'run_or_recover' },
  'b, others': { token: 'b', credentials: 'another' },
  'b, another body': { token: 'b', fingerprint: { version: 1, digest: 'another' } },
  'b, version 2': { token: 'b', fingerprint: { version: 2, digest: 'digest' } },
  'b, others, another body, version 2': {
    token: 'b',
    credentials: 'another',
    fingerprint: { version: 2, digest: 'another' },
  },
  'b, another body, version 2': { token: 'b', fingerprint: { version: 2, digest: 'another' } },
  a: {},
  'a, a recovery': { intent: 'recover' },
  'a, others': { credentials: 'another' },
  'a, another body': { fingerprint: { version: 1, digest: 'another' } },
}

/**
 * The table of the claim, row by row: what is stored, who asks, when, and the decision. Everything is claimed at 0
 * and settled at 10; the lease ends at 60, the ttl at 1010, and the key is forgotten at 10010.
 */
const rows: readonly (readonly [rule: string, ...string[]])[] = [
  [
    'absent, or expired past key retention',
    ...table`
    absent            | b                                  | 0        | claimed 1 run, none
    absent            | b, run or recover                  | 0        | claimed 1 run, none
    succeeded         | b                                  | 10010    | claimed 1 run, none
    succeeded         | b, others, another body, version 2 | 10010    | claimed 1 run, none
    bytes dropped     | b                                  | 10010    | claimed 1 run, none
    failed            | b                                  | 10010    | claimed 1 run, none
    released          | b                                  | 10010    | claimed 1 run, none
    released          | a                                  | 10010    | claimed 1 run, none
    running, re-run   | b                                  | 10060    | claimed 1 run, none
    given up, re-run  | b                                  | 10010    | claimed 1 run, none`,
  ],
  [
    'kept under other credentials, and not released',
    ...table`
    running, held     | b, others                          | 20       | forbidden
    running, held     | a, others                          | 20       | forbidden
    running, re-run   | b, others                          | 60       | forbidden
    given up, held    | b, others                          | 200      | forbidden
    succeeded         | b, others                          | 20       | forbidden
    succeeded         | b, others                          | 1010     | forbidden
    failed            | b, others                          | 20       | forbidden
    succeeded         | b, others, another body, version 2 | 20       | forbidden
    entombed          | b, others                          | 0        | forbidden
    released          | b, others                          | 20       | claimed 2 run, released`,
  ],
  [
    'fingerprinted by another version of the algorithm',
    ...table`
    running, held     | b, version 2                       | 20       | other algorithm 1
    succeeded         | b, version 2                       | 20       | other algorithm 1
    released          | b, version 2                       | 20       | other algorithm 1
    running, re-run   | b, version 2                       | 60       | other algorithm 1
    succeeded         | b, another body, version 2         | 20       | other algorithm 1`,
  ],
  [
    'fingerprint differs',
    ...table`
    running, held     | b, another body                    | 20       | conflict
    running, held     | a, another body                    | 20       | conflict
    running, re-run   | b, another body                    | 60       | conflict
    given up, held    | b, another body                    | 200      | conflict
    succeeded         | b, another body                    | 20       | conflict
    succeeded         | b, another body                    | 1010     | conflict
    failed            | b, another body                    | 20       | conflict
    released          | b, another body                    | 20       | conflict
    entombed          | b, another body                    | 0        | conflict`,
  ],
  [
    'in progress under this same claim token',
    ...table`
    running, held     | a                                  | 20       | claimed 1 run, none
    running, held     | a                                  | 60       | claimed 1 run, none
    running, held     | a, a recovery                      | 60       | claimed 1 run, none
    running, re-run   | a                                  | 10059    | claimed 1 run, none
    taken over        | b                                  | 70       | claimed 2 recovery, abandoned`,
  ],
  [
    'given back under this same token',
    ...table`
    released          | a                                  | 20       | ended
    released          | a                                  | 1010     | ended
    released          | a, a recovery                      | 20       | ended
    given up, held    | a                                  | 20       | ended
    given up, re-run  | a                                  | 200      | ended
    refused in doubt  | b                                  | 80       | ended
    entombed          | a                                  | 0        | ended`,
  ],
  [
    'it came to recover, and nothing is abandoned',
    ...table`
    absent            | b, a recovery                      | 0        | nothing to recover
    running, held     | b, a recovery                      | 59       | nothing to recover
    released          | b, a recovery                      | 20       | nothing to recover
    succeeded         | b, a recovery                      | 20       | nothing to recover
    succeeded         | b, a recovery                      | 1010     | nothing to recover
    succeeded         | b, a recovery                      | 10010    | nothing to recover
    failed            | b, a recovery                      | 20       | nothing to recover
    entombed          | b, a recovery                      | 0        | nothing to recover`,
  ],
  [
    'released, no doubt standing',
    ...table`
    released          | b                                  | 20       | claimed 2 run, released
    released          | b, run or recover                  | 20       | claimed 2 run, released
    released          | b                                  | 1010     | claimed 2 run, released
    released          | b                                  | 10009    | claimed 2 run, released`,
  ],
  [
    'succeeded, or failed and final, within ttl',
    ...table`
    succeeded         | b                                  | 10       | replay succeeded
    succeeded         | b                                  | 1009     | replay succeeded
    succeeded         | b, run or recover                  | 20       | replay succeeded
    succeeded         | a                                  | 20       | replay succeeded
    failed            | b                                  | 1009     | replay failed
    failed            | a                                  | 20       | replay failed`,
  ],
  [
    'past ttl, within key retention; or held past all patience',
    ...table`
    succeeded         | b                                  | 1010     | expired
    succeeded         | b                                  | 10009    | expired
    failed            | b                                  | 1010     | expired
    bytes dropped     | b                                  | 20       | expired
    running, held     | b                                  | patience | expired
    running, held     | b, run or recover                  | patience | expired
    entombed          | b, run or recover                  | 0        | expired
    entombed          | b, laxer                           | 0        | expired`,
  ],
  [
    'in progress, lease alive',
    ...table`
    running, held     | b                                  | 20       | in progress 1, 40 left
    running, held     | b                                  | 59       | in progress 1, 1 left
    running, re-run   | b                                  | 59       | in progress 1, 1 left
    running, re-run   | b, run or recover                  | 59       | in progress 1, 1 left
    taken over        | a                                  | 70       | in progress 2, 50 left`,
  ],
  [
    'abandoned, and the request is a recovery',
    ...table`
    running, held     | b, a recovery                      | 60       | claimed 2 recovery, abandoned
    running, held     | b, run or recover                  | 60       | claimed 2 recovery, abandoned
    running, re-run   | b, run or recover                  | 60       | claimed 2 recovery, abandoned
    running, held     | b, run or recover                  | impatience | claimed 2 recovery, abandoned
    given up, held    | b, run or recover                  | 110      | claimed 2 recovery, abandoned
    refused in doubt  | c, a recovery                      | 80       | claimed 3 recovery, abandoned`,
  ],
  [
    'abandoned, guarantee re-runs',
    ...table`
    running, re-run   | b, laxer                           | 60       | claimed 2 run, abandoned
    running, re-run   | b, laxer                           | 10059    | claimed 2 run, abandoned
    given up, re-run  | b, laxer                           | 20       | claimed 2 run, abandoned
    taken over        | c, laxer                           | 120      | claimed 3 run, abandoned`,
  ],
  [
    'abandoned, guarantee does not',
    ...table`
    running, held     | b                                  | 60       | abandoned 1, an operator
    running, held     | b, laxer                           | 60       | abandoned 1, an operator
    running, re-run   | b, stricter                        | 60       | abandoned 1, an operator
    running, held     | b                                  | impatience | abandoned 1, an operator
    given up, held    | b                                  | 20       | abandoned 1, an operator
    given up, held    | b, run or recover                  | 20       | abandoned 1, in 90
    given up, held    | b, a recovery                      | 109      | abandoned 1, in 1
    given up, re-run  | b, run or recover                  | 109      | abandoned 1, in 1
    given up, re-run  | b, laxer, run or recover           | 109      | abandoned 1, in 1
    refused in doubt  | c                                  | 80       | abandoned 2, an operator`,
  ],
]

describe('a claim', () => {
  for (const [rule, ...lines] of rows) {
    describe(rule, () => {
      it.each(lines.map((line) => line.split('|').map((cell) => cell.trim())))(
        '%s; asked by %s at %s: %s',
        (what = '', who = '', when = '', answer = '') => {
          expect(described(decideClaim(stored[what], asked(who), timeOf(when)))).toBe(answer)
        },
      )
    })
  }

  it('is asked about every stored receipt and by every caller in the table', () => {
    const cells = rows.flatMap(([, ...lines]) =>
      lines.map((line) => line.split('|').map((cell) => cell.trim())),
    )
    expect(new Set(cells.map(([what]) => what))).toEqual(new Set(Object.keys(stored)))
    expect(new Set(cells.map(([, who = '']) => who.replace(/^c/, 'b')))).toEqual(new Set(Object.keys(asks)))
  })
})

describe('a granted claim', () => {
  it('starts a receipt with what the request says', () => {
    const { leaseMs, intent, ...said } = request({ request: bytes('kept') })
    expect(intent).toBe('run')
    expect(granted(undefined, request({ request: bytes('kept') }), 5)).toEqual({
      ...said,
      createdAt: 5,
      claimedAt: 5,
      attempt: 1,
      purpose: 'run',
      predecessor: 'none',
      doubtSince: null,
      generations: {},
      history: [],
      state: 'in_progress',
      leaseEndsAt: 5 + leaseMs,
      givenUp: null,
    })
  })

  it('sent again changes nothing but the end of its lease', () => {
    const first = takenOver()
    expect(granted(first, request({ token: 'b', ttlMs: 1, credentials: 'caller', leaseMs: 7 }), 100)).toEqual(
      {
        ...first,
        leaseEndsAt: 107,
      },
    )
  })

  it('takes over under its own terms, and remembers the attempt before', () => {
    const first = settled(running({ request: bytes('kept') }), releasedWith())
    const terms = { token: 'b', credentials: 'another', ttlMs: 3, keyRetentionMs: 4, leaseMs: 5 }
    expect(granted(first, request({ ...terms, incarnation: 'two' }), 20)).toEqual({
      ...running({ request: bytes('kept') }),
      token: 'b',
      credentials: 'another',
      ttlMs: 3,
      keyRetentionMs: 4,
      attempt: 2,
      predecessor: 'released',
      claimedAt: 20,
      leaseEndsAt: 25,
      history: [
        { kind: 'attempt', attempt: 1, purpose: 'run', claimedAt: 0, endedAt: 10, ended: 'released' },
      ],
    })
  })

  it('keeps the request that was kept, unless it brings one', () => {
    const first = running({ policies: rerun, request: bytes('first') })
    expect(granted(first, request({ token: 'b', policies: rerun }), LEASE).request).toEqual(bytes('first'))
    const brings = request({ token: 'b', policies: rerun, request: bytes('second') })
    expect(granted(first, brings, LEASE).request).toEqual(bytes('second'))
  })

  it('carries doubt on from the first lapse', () => {
    const second = takenOver()
    expect(second.doubtSince).toBe(LEASE)
    const third = granted(second, request({ token: 'c', policies: rerun }), 500)
    expect(third.doubtSince).toBe(LEASE)
    expect(third.history.map((entry) => entry.kind === 'attempt' && entry.endedAt)).toEqual([
      LEASE,
      2 * LEASE,
    ])
  })

  it('keeps the stricter of both guarantees', () => {
    const second = granted(settled(running({ policies: rerun }), releasedWith()), request({ token: 'b' }), 20)
    expect(second.policies).toEqual(hold)
    const third = granted(settled(second, releasedWith(), 30), request({ token: 'c', policies: rerun }), 40)
    expect(third.policies).toEqual(hold)
  })

  it('starts a new incarnation once the key was forgotten, and knows nothing of the old one', () => {
    const forgotten = settled(takenOver(), succeededWith(), 100)
    const anew = request({ token: 'c', incarnation: 'two', policies: rerun })
    expect(granted(forgotten, anew, 100 + RETENTION)).toEqual(granted(undefined, anew, 100 + RETENTION))
  })

  it(`remembers no more than ${MAX_HISTORY} attempts`, () => {
    let receipt: Receipt = running()
    for (let attempt = 2; attempt < MAX_HISTORY + 5; attempt += 1) {
      receipt = granted(
        settled(receipt, releasedWith(), attempt),
        request({ token: `token ${attempt}` }),
        attempt,
      )
    }
    expect(receipt.history).toHaveLength(MAX_HISTORY)
    expect(receipt.history.at(-1)?.attempt).toBe(MAX_HISTORY + 3)
  })
})

function asked(who: string): ClaimRequest {
  const third = who.startsWith('c')
  const given = asks[third ? who.replace('c', 'b') : who]
  if (given === undefined) throw new Error(`Nobody is called ${who}`)
  return request({ ...given, incarnation: 'two', ...(third ? { token: 'c' } : {}) })
}

function timeOf(text: string): number {
  const patience = LEASE + HELD_AT_LEAST_MS
  return { patience, impatience: patience - 1 }[text] ?? Number(text)
}

/** The decision, in the words of the table. */
function described(decision: ClaimDecision): string {
  switch (decision.kind) {
    case 'claimed': {
      const { attempt, purpose, predecessor } = decision.receipt
      return `claimed ${attempt} ${purpose}, ${predecessor}`
    }
    case 'replay':
      return `replay ${decision.receipt.state}`
    case 'other_algorithm':
      return `other algorithm ${decision.version}`
    case 'in_progress':
      return `in progress ${decision.attempt}, ${decision.leaseLeftMs} left`
    case 'abandoned': {
      const { attempt, recoverableInMs } = decision
      return `abandoned ${attempt}, ${recoverableInMs === null ? 'an operator' : `in ${recoverableInMs}`}`
    }
    default:
      return decision.kind.replaceAll('_', ' ')
  }
}

function granted(receipt: Receipt | undefined, by: ClaimRequest, now: number) {
  const decision = decideClaim(receipt, by, now)
  if (decision.kind !== 'claimed') throw new Error(described(decision))
  return decision.receipt
}

function entombed(): Receipt {
  const decision = decideSweep(running(), LEASE + HELD_AT_LEAST_MS)
  if (decision.kind !== 'entomb') throw new Error(decision.kind)
  return decision.receipt
}

function table(text: TemplateStringsArray): string[] {
  return text.join('').trim().split('\n')
}

// The numbers in the table's comment.
if (LEASE !== 60 || TTL + SETTLED_AT !== 1010 || RETENTION + SETTLED_AT !== 10_010)
  throw new Error('The table is wrong')
