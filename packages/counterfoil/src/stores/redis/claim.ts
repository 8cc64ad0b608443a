import {
  type ClaimDecision,
  type ClaimRequest,
  decideClaim,
  type Running,
  type StoreTime,
} from '../../core/index.ts'
import type { Keyspace } from './keyspace.ts'
import { dueIn, expiresAt, pack } from './packing.ts'
import { read, type Stored, storedIn } from './read.ts'
import { decideAndWrite, type Made } from './replace.ts'
import * as scripts from './scripts.ts'

/**
 * The claim, in one round trip where the key is new or nothing is to be written.
 *
 * - The first claim of a key is decided in the server: nothing is stored, so it is claimed. Redis runs a script alone,
 *   and a key that it has expired is not there for it, whether or not its memory was freed. Of two first claims the
 *   second finds the first one's receipt.
 * - Whatever else is stored comes back with the server's time at which it was read, and the pure function decides on it
 *   here. A replay, a conflict or "in progress" is the answer of that moment.
 * - Where a receipt is taken over (released, abandoned, sent again), the decision is written only if the receipt is
 *   still the same to the byte: replace.ts says why that is sound. Of many who take over one lapsed lease the first
 *   changes the bytes, and all others decide anew.
 */
export async function claim(keyspace: Keyspace, request: ClaimRequest): Promise<ClaimDecision> {
  for (;;) {
    const first = await claimFirst(keyspace, request)
    if ('kind' in first) return first
    const answer = await decideAndWrite(keyspace, request.id, first, (stored) => decided(stored, request))
    // It was forgotten between the two.
    if (answer !== 'start anew') return answer
  }
}

function decided(stored: Stored, request: ClaimRequest): Made<ClaimDecision | 'start anew'> {
  if (stored.receipt === undefined) return { answer: 'start anew', write: 'nothing' }
  const decision = decideClaim(stored.receipt, request, stored.now)
  if (decision.kind !== 'claimed') return { answer: decision, write: 'nothing' }
  // Under another incarnation the key starts anew: nothing of its former life may be met again, its steps least of all.
  const steps = decision.receipt.incarnation === stored.receipt.incarnation ? 'keep' : 'drop'
  return { answer: decision, write: 'receipt', receipt: decision.receipt, steps }
}

async function claimFirst(keyspace: Keyspace, request: ClaimRequest): Promise<ClaimDecision | Stored> {
  const draft = decideClaim(undefined, request, 0)
  if (draft.kind !== 'claimed') {
    const stored = await read(keyspace, request.id)
    return stored.receipt === undefined ? draft : stored
  }
  const bytes = pack(draft.receipt)
  const reply = await keyspace.server.writeTogether(scripts.claimFirst, keyspace.keys.receipt(request.id), [
    bytes,
    String(request.leaseMs),
    String(dueIn(bytes) - request.leaseMs),
    forgottenAfter(draft.receipt),
  ])
  if (typeof reply !== 'number') return storedIn(request.id, reply)
  return { kind: 'claimed', receipt: at(draft.receipt, reply) }
}

/** The draft was made at time 0. */
function at(draft: Running, now: StoreTime): Running {
  return { ...draft, createdAt: now, claimedAt: now, leaseEndsAt: now + draft.leaseEndsAt }
}

/** From the claim on: the draft is made at time 0. */
function forgottenAfter(draft: Running): string {
  const forgottenAt = expiresAt(draft)
  return forgottenAt === null ? '' : String(Math.max(1, Math.ceil(forgottenAt)))
}
