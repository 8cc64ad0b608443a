import { beforeAll, describe, expect, it } from 'vitest'
import type { ClaimRequest, Fence, HandChange, Mover, Receipt, Settlement } from '../../src/core/index.ts'
import {
  decideByHand,
  decideClaim,
  decideRenew,
  decideSettle,
  decideSweep,
  decideYield,
  fenceOf,
  placeOf,
  transitions,
} from '../../src/core/index.ts'
import { type Random, seeded } from '../../src/testing/random.ts'
import { bytes, failedWith, hold, releasedWith, request, rerun, succeededWith } from './receipts.ts'

const WALKS = 20_000
const STEPS = 40
/** Within the lease, past it, past ttl, past key retention, past all patience. */
const naps = [1, 1, 7, 61, 61, 200, 1_001, 10_001, 31 * 86_400_000]

/**
 * A write under a fence looks at the fence, and not at the time: what a late holder knows is worth more than an
 * expired receipt, as long as that is there. The diagram would be unreadable for it.
 */
const pastItsTime = /^(?:absent|tombstone) → .* by (?:settle|yield|renew)$|^tombstone → in_progress by claim$/

/** Random walks through the decisions alone, and every move that they made. */
let moves: ReadonlySet<string>

beforeAll(() => {
  moves = walkAll()
})

describe('the table of transitions', () => {
  it('has every move that the decisions make of a receipt in its time', () => {
    expect([...moves].filter((move) => !rows().has(move) && !pastItsTime.test(move))).toEqual([])
  })

  it('leaves out only what a holder does that comes back past all retention, before a sweep or another caller', () => {
    const leftOut = [...moves].filter((move) => !rows().has(move)).sort()
    expect(leftOut).toEqual([
      'absent → abandoned by settle',
      'absent → abandoned by yield',
      'absent → failed by settle',
      'absent → in_progress by renew',
      'absent → released by settle',
      'absent → succeeded by settle',
      'tombstone → abandoned by yield',
      'tombstone → failed by settle',
      'tombstone → in_progress by claim',
      'tombstone → in_progress by renew',
      'tombstone → released by settle',
      'tombstone → succeeded by settle',
      'tombstone → tombstone by settle',
      'tombstone → tombstone by yield',
    ])
  })

  it('has no row that no decision makes', () => {
    expect([...rows()].filter((row) => !moves.has(row))).toEqual([])
  })

  it('says each row once', () => {
    const texts = transitions.map(({ from, to, by, when }) => `${from} ${to} ${by} ${when}`)
    expect(new Set(texts).size).toBe(texts.length)
  })
})

function rows(): ReadonlySet<string> {
  return new Set(transitions.map(({ from, to, by }) => `${from} → ${to} by ${by}`))
}

function walkAll(): ReadonlySet<string> {
  const found = new Set<string>()
  for (let seed = 0; seed < WALKS; seed += 1) new Walk(seeded(seed), found).go(STEPS)
  return found
}

class Walk {
  readonly #random: Random
  readonly #found: Set<string>
  #receipt: Receipt | undefined
  #now = 0
  #fences: Fence[] = []
  #names = 0

  constructor(random: Random, found: Set<string>) {
    this.#random = random
    this.#found = found
  }

  go(steps: number): void {
    for (let step = 0; step < steps; step += 1) {
      this.#random.pick([
        () => this.#claim(),
        () => this.#claim(),
        () => this.#write(),
        () => this.#write(),
        () => this.#byHand(),
        () => this.#sweep(),
        () => this.#wait(),
        () => this.#wait(),
      ])()
    }
  }

  #claim(): void {
    const again = this.#random.int(3) === 0 ? this.#receipt?.token : undefined
    this.#names += 1
    const asked: ClaimRequest = request({
      token: again ?? `token ${this.#names}`,
      incarnation: `incarnation ${this.#names}`,
      intent: this.#random.pick(['run', 'run', 'run_or_recover', 'recover']),
      policies: this.#random.pick([hold, rerun]),
    })
    const decision = decideClaim(this.#receipt, asked, this.#now)
    if (decision.kind !== 'claimed') return
    this.#move('claim', decision.receipt)
    this.#fences.unshift(fenceOf(decision.receipt))
  }

  #write(): void {
    const fence = this.#fences[this.#random.int(2)]
    if (fence === undefined) return
    const settlement = this.#random.pick<Settlement>([
      succeededWith(),
      failedWith(),
      releasedWith('stands'),
      releasedWith('cleared'),
    ])
    const [by, decision] = this.#random.pick([
      () => ['settle', decideSettle(this.#receipt, fence, settlement, this.#now)] as const,
      () => ['settle', decideSettle(this.#receipt, fence, settlement, this.#now)] as const,
      () => ['yield', decideYield(this.#receipt, fence, 100, this.#now)] as const,
      () => ['renew', decideRenew(this.#receipt, fence, 60, this.#now)] as const,
    ])()
    if (decision.kind === 'write') this.#move(by, decision.receipt)
  }

  #byHand(): void {
    const { id, incarnation, attempt, state } = this.#receipt ?? {
      ...request(),
      attempt: 1,
      state: 'failed' as const,
    }
    const common = { by: 'ada', note: null, token: 'by hand' }
    const change = this.#random.pick<HandChange>([
      { ...common, do: 'release' },
      { ...common, do: 'resolve', as: 'succeeded', outcome: bytes('found') },
      { ...common, do: 'resolve', as: 'failed', outcome: bytes('found') },
    ])
    const decision = decideByHand(this.#receipt, { id, incarnation, attempt, state }, change, this.#now)
    if (decision.kind === 'write') this.#move('operator', decision.receipt)
  }

  /** It only carries out what time has decided: it never moves a receipt anywhere. */
  #sweep(): void {
    if (this.#receipt === undefined) return
    const decision = decideSweep(this.#receipt, this.#now)
    if (decision.kind === 'keep') return
    const next = decision.kind === 'remove' ? undefined : decision.receipt
    expect(placeOf(next, this.#now)).toBe(placeOf(this.#receipt, this.#now))
    this.#receipt = next
  }

  /** A millisecond at a time around each boundary would be slow; the naps are short enough to miss no place. */
  #wait(): void {
    const from = placeOf(this.#receipt, this.#now)
    const nap = this.#random.pick(naps)
    const next = nextChange(this.#receipt, this.#now, nap)
    this.#now += next
    const to = placeOf(this.#receipt, this.#now)
    if (to !== from) this.#found.add(`${from} → ${to} by time`)
  }

  #move(by: Mover, receipt: Receipt): void {
    this.#found.add(`${placeOf(this.#receipt, this.#now)} → ${placeOf(receipt, this.#now)} by ${by}`)
    this.#receipt = receipt
  }
}

/** How long until the receipt is somewhere else, within this nap: time makes one move, and then the nap is over. */
function nextChange(receipt: Receipt | undefined, now: number, nap: number): number {
  const from = placeOf(receipt, now)
  if (placeOf(receipt, now + nap) === from) return nap
  let [before, after] = [0, nap]
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (placeOf(receipt, now + middle) === from) before = middle
    else after = middle
  }
  return after
}
