import {
  type ClaimDecision,
  type ClaimRequest,
  decideClaim,
  fenceOf,
  holds,
  type Running,
} from '../../core/index.ts'
import { type Asked, askOne } from './ask.ts'
import type { Executor } from './executor.ts'
import type { Names } from './names.ts'
import { insist } from './races.ts'
import { replace } from './replace.ts'

/**
 * The claim, through any executor: a connection of the store's, or a transaction of the user's own.
 *
 * One statement, `ask`, makes the receipt of a key that has none, and otherwise reads the one that is there. On what it
 * read the pure `decideClaim` decides; most answers write nothing (a replay, a conflict, in progress, …) and are given
 * at once. Where the decision is to take the claim over, a second statement writes it on the condition that the receipt
 * is still the very version that was decided on (replace.ts), and if it isn't, all begins anew. Why it holds:
 *
 * - Two first claims of one key: the second one's INSERT waits for the first to commit or roll back, and then does
 *   nothing or inserts ("INSERT", ON CONFLICT DO NOTHING, at READ COMMITTED: manual 13.2.1). There is one row.
 * - The reading half sees the statement's snapshot, from before that wait. A row that was committed meanwhile was not
 *   inserted by us and is not seen either: no row at all comes back. That is no answer, and it is asked again.
 * - The same snapshot may still show a receipt that the sweep has removed before our INSERT came to it. What was made is
 *   therefore never read: the two halves of the answer exclude each other.
 * - The time of a decision that writes nothing is that of the statement's beginning, which is no later than its
 *   snapshot: a lease that has ended by then has ended in the snapshot too, and nobody had renewed it. A time read
 *   after the snapshot could call a lease lapsed that was renewed in between. An old moment errs towards "still in
 *   progress", and that was true when the call began.
 * - Taking over: every write makes another revision (`waited` alone doesn't: it is no part of the receipt). Whoever
 *   settled, renewed, recovered, swept or took over since the reading made the condition false, and we look again.
 *   What nobody wrote to is as abandoned, or as expired, as it was: time only adds to it. The new lease counts from the
 *   reading, a round trip early, and the holder counts its own from before that.
 * - The times of a first claim are read as the row is built, before a wait for a rival's open transaction, so its lease
 *   may come out shorter than asked for, and the holder's own count with it. Where that took long, the claim is sent
 *   again under its token, and its lease starts anew.
 */
export async function claim(
  executor: Executor,
  names: Names,
  request: ClaimRequest,
  ask: (request: ClaimRequest) => Promise<Asked> = (asked) => askOne(executor, names, asked, null),
): Promise<ClaimDecision> {
  const first = await ask(request)
  // Most claims end here, and without the promises that a race takes.
  if (first.kind === 'made' && first.waited === 'briefly') return decideClaim(undefined, request, first.at)
  let asked: Asked | undefined = first
  let won: Extract<ClaimDecision, { kind: 'claimed' }> | undefined
  return await insist('a claim', async () => {
    const found = asked ?? (await ask(request))
    asked = undefined
    if (found.kind === 'nothing') return undefined
    if (found.kind === 'made') {
      won = decideClaim(undefined, request, found.at) as typeof won
      return found.waited === 'long' ? undefined : won
    }
    const decision = decideClaim(found.stored?.receipt, request, found.now)
    // Made by us, and gone on without us: its lease was over before we had the answer. It was ours all the same.
    if (won !== undefined && !isSameAttempt(decision, won)) return won
    if (decision.kind !== 'claimed' || found.stored === undefined) return decision
    return (await replace(executor, names, found.stored, decision.receipt)) ? decision : undefined
  })
}

function isSameAttempt(decision: ClaimDecision, { receipt }: { readonly receipt: Running }): boolean {
  return decision.kind === 'claimed' && holds(fenceOf(receipt), decision.receipt)
}
