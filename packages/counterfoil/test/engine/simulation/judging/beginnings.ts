import type { Effect } from '../books.ts'
import type { Run } from '../run.ts'
import type { SimulatedCall } from '../simulated-call.ts'
import { Violation } from '../violation.ts'

/** A handler begins, which it may under a claim that stands, and for a call that has no answer and has run nothing. */
export function begin(run: Run, effect: Effect, call: SimulatedCall | undefined): void {
  const { books, time, plan } = run
  const claim = books.claimOf(effect.fence)
  run.judge(() => {
    if (claim === undefined) throw new Violation('a handler ran that the store never gave a claim')
    claim.used = true
    if (claim.ended) throw new Violation('a handler began after its claim had ended')
    if (time.now >= claim.leaseEndsAt) throw new Violation('a handler began after its lease had ended')
    books.effects.push(effect)
    if (call) {
      call.runs += 1
      if (call.runs > 1) throw new Violation('one call ran its handler twice')
      if (hadWaitedOnARefusal(run, call))
        throw new Violation('a call ran that had waited on a refused attempt')
    }
    if (plan.guarantee === 'at-most-once' && books.effectsOf(effect.id).length > 1) {
      throw new Violation('two effects of one key, at most once')
    }
  })
}

/** Whether an attempt was refused in this call's process while the call was there: that was its answer. */
function hadWaitedOnARefusal({ plan, books, calm }: Run, call: SimulatedCall): boolean {
  const { slowestMs, lostOfThousand } = plan.weather
  if (slowestMs > 30 || lostOfThousand > 0 || calm) return false
  return books
    .settlingsOf(call.id)
    .some(
      ({ as, says, attempt, at }) =>
        as === 'released' &&
        says !== null &&
        at > call.startedAt &&
        books.effects.some(
          ({ id, machine, fence, beganAt, signalFiredAt }) =>
            id === call.id &&
            machine === call.on.machine &&
            !machine.wasSuspended &&
            fence.attempt === attempt &&
            beganAt < call.startedAt &&
            signalFiredAt === null,
        ),
    )
}
