import {
  decideSettle,
  type Fence,
  type Released,
  type Running,
  type Settled,
  type Settlement,
} from '../../core/index.ts'
import type { Keyspace } from './keyspace.ts'
import { dueIn, expiresAt, pack, standEnd } from './packing.ts'
import { type Stored, storedIn } from './read.ts'
import * as scripts from './scripts.ts'

/** A receipt whose claim the holder still has at hand, as its settlement leaves it, at time 0. */
export type SettleUnchanged = Settled | Released

/** `undefined` where it is to be decided on what a reading finds from the start. */
export function asUnchanged(
  fence: Fence,
  settlement: Settlement,
  claimed: Running | undefined,
): SettleUnchanged | undefined {
  if (claimed === undefined || claimed.id !== fence.id) return undefined
  const decision = decideSettle(claimed, fence, settlement, 0)
  return decision.kind === 'write' && decision.receipt.state !== 'in_progress' ? decision.receipt : undefined
}

/**
 * The common end of an attempt in one round trip: the script compares all that may have changed since the claim but the
 * lease, and writes. Where something else is stored it comes back, and it is decided on that.
 *
 * Under one fence a running receipt changes only by renewals and by counted refusals (and its times by `age`); by results
 * of steps only beside it.
 */
export async function settleUnchanged(
  { server, keys }: Keyspace,
  fence: Fence,
  after: SettleUnchanged,
): Promise<
  | { readonly kind: 'settled'; readonly receipt: SettleUnchanged }
  | { readonly kind: 'changed'; readonly stored: Stored }
> {
  const bytes = pack(after)
  const reply = await server.writeTogether(scripts.settleUnchanged, keys.receipt(fence.id), [
    bytes,
    String(standEnd(bytes) - 1),
    String(dueIn(bytes)),
    String(Math.max(1, Math.ceil(expiresAt(after) ?? 0))),
  ])
  return typeof reply === 'number'
    ? { kind: 'settled', receipt: { ...after, settledAt: reply } }
    : { kind: 'changed', stored: storedIn(fence.id, reply) }
}
