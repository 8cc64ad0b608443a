/** Longer than anything takes here, on a machine that is busy with something else. */
const PATIENCE_MS = 20_000

/** Waits, but not for ever. @throws {Error} saying what did not happen, and within which time. */
export async function within<T>(waited: Promise<T>, failure: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${failure} within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS)
  })
  return Promise.race([waited, tooLate]).finally(() => clearTimeout(timer))
}
