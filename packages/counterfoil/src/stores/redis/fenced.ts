import {
  decideRefused,
  decideSettle,
  decideYield,
  type Fence,
  type FencedAnswer,
  type FencedDecision,
  type ReceiptId,
  type Running,
  type Settlement,
} from '../../core/index.ts'
import { STEPS_UNNAMED } from './keys.ts'
import type { Keyspace } from './keyspace.ts'
import { packFence } from './packing.ts'
import type { Stored } from './read.ts'
import { decideAndWrite, type Made } from './replace.ts'
import * as scripts from './scripts.ts'
import { asUnchanged, settleUnchanged } from './settle-unchanged.ts'

// The writes of a claim's holder. Each compares the fence inside the script that writes: a holder that was overtaken
// finds another's attempt and token there, and changes nothing.

export async function settle(
  keyspace: Keyspace,
  fence: Fence,
  settlement: Settlement,
  claimed: Running | undefined,
): Promise<FencedAnswer> {
  const unchanged = asUnchanged(fence, settlement, claimed)
  const answer = unchanged && (await settleUnchanged(keyspace, fence, unchanged))
  if (answer?.kind === 'settled') return answer
  return end(keyspace, fence, answer?.stored, ({ receipt, now }) =>
    decideSettle(receipt, fence, settlement, now),
  )
}

export function yieldClaim(keyspace: Keyspace, fence: Fence, recoverAfterMs: number): Promise<FencedAnswer> {
  return end(keyspace, fence, undefined, ({ receipt, now }) =>
    decideYield(receipt, fence, recoverAfterMs, now),
  )
}

export async function renew(
  { server, keys }: Keyspace,
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
  keyspace: Keyspace,
  fence: Fence,
  step: string,
  generation: number,
): Promise<'written' | 'lost'> {
  return decideAndWrite(keyspace, fence.id, undefined, ({ receipt }): Made<'written' | 'lost'> => {
    const decision = decideRefused(receipt, fence, step, generation)
    return decision.kind === 'lost'
      ? { answer: 'lost', write: 'nothing' }
      : { answer: 'written', write: 'receipt', receipt: decision.receipt, steps: 'keep' }
  })
}

export async function saveStep(
  { server, keys }: Keyspace,
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
  keyspace: Keyspace,
  fence: Fence,
  first: Stored | undefined,
  decide: (stored: Stored) => FencedDecision,
): Promise<FencedAnswer> {
  return decideAndWrite(keyspace, fence.id, first, (stored): Made<FencedAnswer> => {
    const decision = decide(stored)
    if (decision.kind === 'lost') return { answer: { kind: 'lost' }, write: 'nothing' }
    const { receipt } = decision
    const answer: FencedAnswer = { kind: 'settled', receipt }
    // What is answered is what the replicas have too: it is written again, so that they acknowledge it.
    return decision.kind === 'already' && !keyspace.server.waitsForReplicas
      ? { answer, write: 'nothing' }
      : { answer, write: 'receipt', receipt, steps: 'keep' }
  })
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** A hash for each incarnation. It is forgotten with its receipt, whose scripts see to it. */
export async function readSteps(
  { server, keys }: Keyspace,
  id: ReceiptId,
  incarnation: string,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const flat = (await server.run(scripts.readSteps, [keys.steps(id, incarnation)], [])) as readonly Buffer[]
  const results = new Map<string, Uint8Array>()
  for (let at = 0; at < flat.length; at += 2) {
    const [name, result] = flat.slice(at, at + 2) as [Buffer, Buffer]
    results.set(JSON.parse(name.toString()) as string, new Uint8Array(result))
  }
  return results
}
