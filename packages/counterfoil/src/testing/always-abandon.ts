import { OutcomeUnknown } from '../core/index.ts'
import type { Operation } from '../engine/index.ts'

/**
 * The operation with a crash after every first effect, for your own test suite: the first attempt runs and is
 * abandoned as if its process had died before it could settle, and the caller gets what a retry then gets. Under a
 * guarantee that re-runs that is a second run, told that its predecessor was abandoned; with `recover`, its answer; else
 * `OutcomeUnknown`.
 */
export function alwaysAbandon<T>(operation: Operation<T>): Operation<T> {
  return {
    name: operation.name,
    recoverAbandoned: () => operation.recoverAbandoned(),
    async once(call, handler) {
      try {
        return await operation.once(call, async (attempt) => {
          if (attempt.number > 1) return handler(attempt)
          try {
            return await handler(attempt)
          } finally {
            attempt.unknown()
          }
        })
      } catch (error) {
        if (!(error instanceof OutcomeUnknown) || error.attempt > 1) throw error
        return operation.once(call, handler)
      }
    },
  }
}
