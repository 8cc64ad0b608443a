import type { Attempt } from '../../../src/index.ts'
import type { Effect } from './books.ts'
import type { Script } from './plan.ts'
import type { VirtualTime } from './virtual-time.ts'

/** What an attempt fails with that doesn't know what it did. No receipt may ever say it. */
export const UNKNOWN = 'nobody knows'

/** Does what a handler is to do, and ends as the handler is to end. */
export async function play(
  script: Script,
  attempt: Attempt,
  effect: Effect,
  time: VirtualTime,
): Promise<string> {
  await work(script, attempt, effect, time)
  if (script.ends === 'not_executed') attempt.notExecuted()
  if (script.ends === 'unknown') attempt.unknown()
  if (script.ends === 'unknown') throw new Error(UNKNOWN)
  if (script.ends === 'cut_off') {
    throw new TypeError(UNKNOWN, { cause: Object.assign(new Error(), { code: 'ECONNRESET' }) })
  }
  if (script.ends !== 'returns') throw new Error(effect.value)
  return effect.value
}

function work(script: Script, attempt: Attempt, effect: Effect, time: VirtualTime): Promise<void> {
  const { runtime } = effect.machine
  return new Promise((resolve, reject) => {
    const timer = script.ends === 'never' ? undefined : runtime.after(script.ms, resolve, 'keep_alive')
    const stop = (): void => {
      effect.signalFiredAt = time.now
      if (script.ends === 'never' || !script.heedsSignal) return
      timer?.cancel()
      reject(attempt.signal.reason)
    }
    if (attempt.signal.aborted) stop()
    else attempt.signal.addEventListener('abort', stop)
  })
}
