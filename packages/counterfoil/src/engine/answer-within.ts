import type { Runtime } from './runtime.ts'

/**
 * An answer that must come within a bound: a store, or a user's function, that hangs must hang nobody with it. What it
 * answers later is of no interest.
 */
export function answerWithin<T>(
  runtime: Runtime,
  ms: number,
  answer: Promise<T>,
  tooLate: () => Error,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = runtime.after(ms, () => reject(tooLate()), 'keep_alive')
    answer.then(
      (value) => {
        timer.cancel()
        resolve(value)
      },
      (error) => {
        timer.cancel()
        reject(error)
      },
    )
  })
}
