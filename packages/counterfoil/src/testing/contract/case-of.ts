import type { ReceiptStore } from '../../core/index.ts'
import { type ContractCase, type ContractTopic, withHandles } from '../contract-case.ts'
import { Lockstep } from '../lockstep.ts'

/** A case that compares every step with the decisions. The second handle is another connection, where there is one. */
export function lockstepCase(
  topic: ContractTopic,
  name: string,
  check: (store: Lockstep, handles: readonly [ReceiptStore, ReceiptStore]) => Promise<void>,
): ContractCase {
  return {
    topic,
    name,
    needs: null,
    run: (subject) =>
      withHandles(subject, 2, async ([store, other = store]) =>
        check(new Lockstep(store, other), [store, other]),
      ),
  }
}
