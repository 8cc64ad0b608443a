import { CounterfoilError, StoredFailure } from '../../../../src/index.ts'
import type { Run } from '../run.ts'
import type { End, SimulatedCall } from '../simulated-call.ts'
import { Violation } from '../violation.ts'

/** What a caller was told is what happened, and it was told in time. */
export function endIsTrue(run: Run, call: SimulatedCall, end: End): void {
  waitedNoLonger(run, call)
  if (end.kind === 'value') valueIsTrue(run, call, end)
  else errorIsTrue(run, call, end.error)
}

function valueIsTrue(run: Run, call: SimulatedCall, { own, settled, value }: End & { kind: 'value' }): void {
  if (own && call.runs === 0) throw new Violation('a call got a value of its own, and never ran')
  if (!settled) return
  const outcome = run.books.outcomeOf(call.id)
  if (outcome?.says !== value) {
    throw new Violation(`a call got '${value}', and the receipt says '${outcome?.says}'`)
  }
  endIsPrompt(run, call, outcome.at)
}

function errorIsTrue({ books }: Run, call: SimulatedCall, error: unknown): void {
  if (error instanceof StoredFailure) {
    const told = books
      .settlingsOf(call.id)
      .some(
        ({ says, as }) =>
          says === error.failure.message && (as === 'failed') === (error.standing === 'final'),
      )
    if (!told) throw new Violation(`a call got a failure that no receipt says: ${error.message}`)
    return
  }
  const { code } = error as { code?: string }
  if (call.runs > 0 && nothingRan.has(String(code))) {
    throw new Violation(`a call got ${code}, which says that nothing ran, and its handler had begun`)
  }
  const known = error instanceof CounterfoilError || (error as Error)?.name === 'AbortError'
  if (!known && call.runs === 0)
    throw new Violation(`a call that never ran got ${String(error)}`, { cause: error })
}

/** Errors that promise that the call's handler never began. */
const nothingRan = new Set([
  'still_in_progress',
  'store_unavailable',
  'key_conflict',
  'outcome_expired',
  'receipts_closed',
])

/** Who only waits does so within its bound, and not at all in a process that closes. */
function waitedNoLonger({ plan, time }: Run, { runs, on, startedAt }: SimulatedCall): void {
  const { recovery, waitMs, weather } = plan
  if (runs > 0 || recovery !== 'none' || on.machine.wasSuspended) return
  if (time.now > Math.max(on.closedAt, startedAt) + 1) {
    throw new Violation('a call waited on in a process that had closed')
  }
  const claimedWithinMs = 6 * weather.slowestMs + 200
  if (weather.lostOfThousand === 0 && time.now > startedAt + claimedWithinMs + waitMs) {
    throw new Violation('a call waited longer than it may')
  }
}

/** Who waits is told soon after the receipt has settled, and not by chance or at the lease's end. */
function endIsPrompt({ plan, time, calm }: Run, call: SimulatedCall, settledAt: number): void {
  const { slowestMs, lostOfThousand } = plan.weather
  if (lostOfThousand > 0 || call.on.machine.wasSuspended || call.runs > 0 || calm) return
  const lateMs = time.now - Math.max(call.startedAt, settledAt)
  const slowestWayMs = Math.max(3, slowestMs)
  if (lateMs > 6 * slowestWayMs) throw new Violation(`a call got its outcome ${lateMs} ms late`)
}
