import { setTimeout } from 'node:timers/promises'
import { ContractViolation } from './violation.ts'

/** An index may be a moment behind: longer than this it may not. */
const A_MOMENT_MS = 2000

/** Looks again for as long as the contract allows a look to be behind. */
export async function eventually<T>(look: () => Promise<T>): Promise<T> {
  const endsAt = performance.now() + A_MOMENT_MS
  for (;;) {
    try {
      return await look()
    } catch (error) {
      if (!(error instanceof ContractViolation) || performance.now() > endsAt) throw error
    }
    await setTimeout(20)
  }
}
