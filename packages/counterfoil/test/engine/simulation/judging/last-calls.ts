import { KeyConflict, OutcomeUnknown, StillInProgress, StoredFailure } from '../../../../src/index.ts'
import type { Callers } from '../callers.ts'
import type { Host } from '../host.ts'
import { idOf } from '../keys.ts'
import { KEYS } from '../plan.ts'
import type { Run } from '../run.ts'
import type { End } from '../simulated-call.ts'
import { Violation } from '../violation.ts'

/** With the faults over, each living process gets an answer about each key, and the same one. */
export async function everyKeyComesToAnEnd(
  run: Run,
  hosts: readonly Host[],
  callers: Callers,
): Promise<void> {
  for (let key = 0; key < KEYS; key += 1) {
    for (const host of hosts) {
      if (host.machine.state !== 'up' || host.closed) continue
      const end = await untilAnEnd(run, callers, host, key)
      if (end.kind === 'value' || isAnAnswer(run, end.error, idOf(key))) continue
      const { error } = end
      throw new Violation(`key ${key} is wedged on ${host.machine.name}: ${error}`, { cause: error })
    }
  }
}

/** Comes back as long as a wait can help: for a lease that runs, and for a recovery that backs off. */
async function untilAnEnd(run: Run, callers: Callers, host: Host, key: number): Promise<End> {
  const until = run.time.now + run.plan.leaseMs + 2000
  for (let backOffs = 0; ; ) {
    const end = await lastCall(run, callers, host, key)
    if (end.kind === 'value') return end
    const { error } = end
    if (error instanceof StillInProgress && run.time.now < until) {
      await run.pass(500)
    } else if (error instanceof OutcomeUnknown && error.retryAfterMs !== null && backOffs < 5) {
      backOffs += 1
      await run.pass(error.retryAfterMs + 1)
    } else return end
  }
}

async function lastCall(run: Run, callers: Callers, host: Host, key: number): Promise<End> {
  const planned = { machine: 0, key, at: 0, goneAfterMs: null, asks: 'the same', retries: 0 } as const
  let end: End | undefined
  void callers.call(host, planned).then((call) => {
    end = call.end
  })
  for (let waited = 0; end === undefined && waited < 10_000; waited += 100) await run.pass(100)
  if (end === undefined) throw new Violation(`a call for key ${key} hangs, with all faults over`)
  return end
}

/** Whether an error is how this key may end under this plan, and not a wedged key. */
function isAnAnswer({ plan, books }: Run, error: unknown, id: string): boolean {
  if (error instanceof KeyConflict) return true
  if (plan.guarantee === 'at-least-once') return false
  if (error instanceof StoredFailure) return error.standing === 'final'
  const knowable = plan.recovery !== 'none' && books.truthOf(id).found !== 'unknown'
  return error instanceof OutcomeUnknown && !knowable
}
