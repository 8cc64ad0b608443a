import {
  decideRefused,
  decideSettle,
  decideYield,
  type Fence,
  type FencedAnswer,
  type FencedDecision,
  type Released,
  type Running,
  type Settled,
  type Settlement,
} from '../../core/index.ts'
import { STEPS_UNNAMED } from './keys.ts'
import { claimStandOf, dueIn, expiresAt, pack, packFence, standEnd } from './packing.ts'
import { decideAndWrite, type Made, type Place } from './replace.ts'
import * as scripts from './scripts.ts'
import { type Stored, storedIn } from './stored.ts'

// The writes of a claim's holder. Each compares the fence inside the script that writes: a holder that was overtaken
// finds another's attempt and token there, and changes nothing.

/**
 * In one round trip, where the holder has the receipt of its claim at hand and nothing but its lease has changed since:
 * the script compares all that may have changed. Else it is decided on what is stored.
 *
 * Under one fence a running receipt changes only by renewals and by counted refusals (and its times by `age`); by results
 * of steps only beside it.
 */
export async function settle(
  place: Place,
  fence: Fence,
  settlement: Settlement,
  claimed: Running | undefined,
): Promise<FencedAnswer> {
  const decide = ({ receipt, now }: Stored): FencedDecision => decideSettle(receipt, fence, settlement, now)
  const after = claimed && settledFrom(claimed, fence, settlement)
  if (after === undefined) return end(place, fence, undefined, decide)
  const bytes = pack(after)
  const head = standEnd(bytes)
  const reply = await place.server.write(
    scripts.settleUnchanged,
    [place.keys.receipt(fence.id)],
    [
      bytes,
      String(head - 1),
      claimStandOf(bytes),
      String(dueIn(bytes)),
      String(Math.max(1, Math.ceil(expiresAt(after) ?? 0))),
    ],
  )
  if (typeof reply !== 'number') return end(place, fence, storedIn(fence.id, reply), decide)
  return { kind: 'settled', receipt: { ...after, settledAt: reply } }
}

export function yieldClaim(place: Place, fence: Fence, recoverAfterMs: number): Promise<FencedAnswer> {
  return end(place, fence, undefined, ({ receipt, now }) => decideYield(receipt, fence, recoverAfterMs, now))
}

export async function renew(
  { server, keys }: Place,
  fence: Fence,
  leaseMs: number,
): Promise<'renewed' | 'lost'> {
  const receipt = keys.receipt(fence.id)
  const terms = [packFence(fence), String(leaseMs)]
  let reply = await server.write(scripts.renew, [receipt], terms)
  if (reply === STEPS_UNNAMED) {
    reply = await server.write(scripts.renew, [receipt, keys.steps(fence.id, fence.incarnation)], terms)
  }
  return reply === 1 ? 'renewed' : 'lost'
}

export async function refused(
  place: Place,
  fence: Fence,
  step: string,
  generation: number,
): Promise<'written' | 'lost'> {
  return decideAndWrite(place, fence.id, undefined, ({ receipt }): Made<'written' | 'lost'> => {
    const decision = decideRefused(receipt, fence, step, generation)
    return decision.kind === 'lost'
      ? { answer: 'lost', write: 'nothing' }
      : { answer: 'written', write: 'receipt', receipt: decision.receipt, steps: 'keep' }
  })
}

export async function saveStep(
  { server, keys }: Place,
  fence: Fence,
  step: string,
  result: Uint8Array,
): Promise<'written' | 'lost'> {
  const reply = await server.write(
    scripts.saveStep,
    [keys.receipt(fence.id), keys.steps(fence.id, fence.incarnation)],
    [packFence(fence), JSON.stringify(step), asBuffer(result)],
  )
  return reply === 1 ? 'written' : 'lost'
}

async function end(
  place: Place,
  fence: Fence,
  first: Stored | undefined,
  decide: (stored: Stored) => FencedDecision,
): Promise<FencedAnswer> {
  return decideAndWrite(place, fence.id, first, (stored): Made<FencedAnswer> => {
    const decision = decide(stored)
    if (decision.kind === 'lost') return { answer: { kind: 'lost' }, write: 'nothing' }
    const { receipt } = decision
    const answer: FencedAnswer = { kind: 'settled', receipt }
    // What is answered is what the replicas have too: it is written again, so that they acknowledge it.
    return decision.kind === 'already' && !place.server.waitsForReplicas
      ? { answer, write: 'nothing' }
      : { answer, write: 'receipt', receipt, steps: 'keep' }
  })
}

/** What the settlement makes of the receipt at hand, at time 0; `undefined` where that takes more than its times. */
function settledFrom(claimed: Running, fence: Fence, settlement: Settlement): Settled | Released | undefined {
  if (claimed.id !== fence.id) return undefined
  const decision = decideSettle(claimed, fence, settlement, 0)
  return decision.kind === 'write' && decision.receipt.state !== 'in_progress' ? decision.receipt : undefined
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
