import type { Operation } from '../engine/index.ts'

/**
 * The operation with its rare path made the usual one, for your own test suite: every call is made twice, and the
 * caller gets what the retry got. A value that doesn't survive storage, or a handler that would run twice, shows.
 *
 * A call that fails is not made again: its caller gets the error of the first.
 */
export function alwaysReplay<T>(operation: Operation<T>): Operation<T> {
  return {
    name: operation.name,
    recoverAbandoned: () => operation.recoverAbandoned(),
    async once(call, handler) {
      await operation.once(call, handler)
      return operation.once(call, () => {
        throw new Error(`'${operation.name}' ran a second time for one key: its outcome was not replayed`)
      })
    },
  }
}
