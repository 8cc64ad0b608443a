import type { Books } from '../books.ts'
import { Violation } from '../violation.ts'

/** A handler whose lease has ended by the store's clock has been told so before. */
export function signalsFireInTime(books: Books, now: number): void {
  for (const { machine, fence, signalFiredAt } of books.running) {
    if (machine.state !== 'up' || machine.wasSuspended || signalFiredAt !== null) continue
    const claim = books.claimOf(fence)
    if (claim && now >= claim.leaseEndsAt) {
      throw new Violation('a handler runs past the end of its lease, and its signal has not fired')
    }
  }
}
