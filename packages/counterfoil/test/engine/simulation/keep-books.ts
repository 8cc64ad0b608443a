import type { ClaimDecision, ClaimRequest, Fence, FencedAnswer, Settlement } from '../../../src/index.ts'
import type { Books } from './books.ts'
import type { Machine } from './machine.ts'
import type { Run } from './run.ts'
import { UNKNOWN } from './script.ts'
import { shown } from './shown.ts'
import type { Fate } from './store-link.ts'
import { Violation } from './violation.ts'

/** Enters what the store has just decided for that machine, and looks whether it may be so. */
export function keepBooks(
  run: Run,
  machine: Machine,
  verb: string,
  [first, second]: readonly unknown[],
  answer: unknown,
  fault: Fate['fault'],
): void {
  const { books, time, plan } = run
  run.trace?.(`${machine.name} ${verb} ${shown(first)} ${shown(second)} -> ${shown(answer)}`)
  // To look at what runs in the very moment in which its lease ends.
  const lookAtItsEnd = (): void => void time.after(plan.leaseMs, () => undefined)
  run.judge(() => {
    if (verb === 'claim') {
      books.claimed(machine, first as ClaimRequest, answer as ClaimDecision, fault)
      lookAtItsEnd()
    }
    if (verb === 'settle') books.ended(first as Fence, second as Settlement, answer as FencedAnswer)
    nothingUnknownIsSettled(books)
    if (verb === 'yield') books.ended(first as Fence, undefined, answer as FencedAnswer)
    if (verb === 'renew') {
      books.renewed(first as Fence, second as number, answer as 'renewed' | 'lost')
      lookAtItsEnd()
    }
  })
}

/** "Failed" is an answer, and an attempt that doesn't know what it did has none. */
function nothingUnknownIsSettled(books: Books): void {
  for (const settlings of books.settlings.values()) {
    if (settlings.at(-1)?.says === UNKNOWN)
      throw new Violation('an attempt settled that did not know what it did')
  }
}
