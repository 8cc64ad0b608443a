import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import type { ReceiptStore } from '../../src/index.ts'
import { type FaultPoint, messageWith, type ProxiedMessage } from '../../src/testing/index.ts'
import { overStore } from '../processes/over-store.ts'
import { CutService, newOrder, type Order, type Server } from './cut-service.ts'

const soak = process.env.COUNTERFOIL_SOAK === '1'

// How often the connection is lost at each point of each verb: small in `npm test`, whole in `npm run soak`.
const CUTS: number = soak ? 50 : 4
const SILENCES: number = soak ? 5 : 1

const ANSWER_WITHIN_MS = { cut: 5_000, black_hole: 800 } as const

interface Loss {
  readonly verb: 'claim' | 'settle'
  readonly at: FaultPoint
  readonly effect: keyof typeof ANSWER_WITHIN_MS
}

const cells = (['claim', 'settle'] as const).flatMap((verb) =>
  (['before', 'inside', 'sent', 'answered'] as const).map((at) => ({ verb, at })),
)

/** What a driver does with a command that has no answer when its connection is cut. */
type Unanswered = 'rejects' | 'sends it again'

/** Two services ask for the same keys, and one of them loses its connection at each point of each verb. */
export function outlivesCuts(start: () => Promise<Server>, driver: Unanswered): void {
  const server = startedOnce(start)

  describe.concurrent.each(cells)('with a $verb, $at', (cell) => {
    it(`is cut, ${CUTS} times: one effect, one outcome, no key wedged`, async (test) => {
      const loser = await lose(test, server(), { ...cell, effect: 'cut' }, CUTS)
      if (driver === 'rejects') expect(loser.errors).toBeGreaterThanOrEqual(CUTS)
      expect(loser.proxy.counts.connections).toBeGreaterThan(CUTS)
    })
  })

  it(`is cut with all others of those who wait, ${CUTS} times: they get the outcome`, async (test) => {
    const [holder, waiter] = await twoServices(test, server(), ANSWER_WITHIN_MS.cut)
    await losesAll(holder, waiter, CUTS, () => waiter.proxy.strikeAll('cut'))
    expect(waiter.proxy.counts.struck).toBeGreaterThanOrEqual(CUTS)
  })
}

/** The fault bites: who sends a claim again under another token, its answer lost, is locked out by itself. */
export function needsOneToken(start: () => Promise<Server>): void {
  const server = startedOnce(start)

  it('locks out who sends the claim again under another token', async (test) => {
    const otherTokens = (store: ReceiptStore): ReceiptStore =>
      overStore(store, { claim: (request) => store.claim({ ...request, token: randomUUID() }) })
    const as = { lease: '1s', store: otherTokens } as const
    const service = await CutService.start(test, server(), ANSWER_WITHIN_MS.cut, as)
    const order = newOrder()
    service.proxy.plan({ at: 'answered', effect: 'cut', when: carries('claim', order) })
    expect(new Set(await service.call(order))).toEqual(new Set(['outcome_unknown']))
    expect(order.effects).toBe(0)
  })
}

/** The same where nobody is told that the connection is lost: no answer comes, and no end. */
export function outlivesSilence(start: () => Promise<Server>): void {
  const server = startedOnce(start)

  describe.concurrent.each(cells)('with a $verb, $at', (cell) => {
    it(`falls silent, ${SILENCES} times: one effect, one outcome, no key wedged`, async (test) => {
      const loser = await lose(test, server(), { ...cell, effect: 'black_hole' }, SILENCES)
      expect(loser.errors).toBeGreaterThanOrEqual(SILENCES)
    })
  })

  it(`falls silent with all others of a holder, ${SILENCES} times: it settles all the same`, async (test) => {
    const [holder, waiter] = await twoServices(test, server(), ANSWER_WITHIN_MS.black_hole)
    await losesAll(holder, waiter, SILENCES, () => holder.proxy.strikeAll('black_hole'))
    expect(holder.proxy.counts.struck).toBeGreaterThanOrEqual(SILENCES)
  })
}

async function losesAll(
  holder: CutService,
  waiter: CutService,
  times: number,
  lose: () => void,
): Promise<void> {
  for (let round = 0; round < times; round += 1) {
    const order = newOrder()
    const answers = await runWhileOthersWait(holder, waiter, order, lose)
    expect(answers).toEqual(answers.map(() => order.outcome))
    expect(order.effects).toBe(1)
  }
}

function startedOnce(start: () => Promise<Server>): () => Server {
  let server: Server | undefined
  beforeAll(async () => {
    server = await start()
  })
  afterAll(() => server?.close())
  return () => {
    if (server === undefined) throw new Error('the server is started before the first test')
    return server
  }
}

/** @returns the service that lost its connection. */
async function lose(test: TestContext, server: Server, loss: Loss, times: number): Promise<CutService> {
  const [loser, other] = await twoServices(test, server, ANSWER_WITHIN_MS[loss.effect])
  for (let round = 0; round < times; round += 1) {
    const order = newOrder()
    const { at, effect } = loss
    const { struck } = loser.proxy.plan({ at, effect, when: carries(loss.verb, order) })
    const answers =
      loss.verb === 'claim'
        ? await claimTogether(loser, other, order, round % 2 === 0 ? struck : Promise.resolve())
        : await runWhileOthersWait(loser, other, order)
    expect(answers).toEqual(answers.map(() => order.outcome))
    expect(order.effects).toBe(1)
    // Who comes later gets it as well, also over what has lost its connection.
    expect(new Set([...(await other.call(order)), ...(await loser.call(order))])).toEqual(
      new Set([order.outcome]),
    )
    expect(order.effects).toBe(1)
  }
  // The fault has bitten, each time.
  expect(loser.proxy.counts.struck).toBe(times)
  return loser
}

async function claimTogether(
  loser: CutService,
  other: CutService,
  order: Order,
  start: Promise<void>,
): Promise<readonly string[]> {
  const answers = [loser.call(order), start.then(() => other.call(order))]
  return (await Promise.all(answers)).flat()
}

async function runWhileOthersWait(
  holder: CutService,
  others: CutService,
  order: Order,
  meanwhile: () => void = () => {},
): Promise<readonly string[]> {
  let waited: Promise<readonly string[]> | undefined
  const held = await holder.call(order, async () => {
    const waits = others.waits(order)
    waited = others.call(order)
    await waits
    meanwhile()
  })
  return [...held, ...((await waited) ?? [])]
}

/** A claim carries the receipt's id, and a settle the outcome. */
function carries(verb: Loss['verb'], order: Order): (message: ProxiedMessage) => boolean {
  return messageWith(verb === 'claim' ? Buffer.from(order.id, 'hex') : Buffer.from(order.outcome))
}

function twoServices(
  test: TestContext,
  server: Server,
  answerWithinMs: number,
): Promise<[CutService, CutService]> {
  return Promise.all([
    CutService.start(test, server, answerWithinMs),
    CutService.start(test, server, answerWithinMs),
  ])
}
