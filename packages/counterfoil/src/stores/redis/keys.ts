import type { ReceiptId } from '../../core/index.ts'

/**
 * While a slot of a Cluster moves to another node, Redis refuses what names two keys of it and finds one of them alone
 * (TRYAGAIN), for as long as that takes: no lease could be renewed meanwhile. So the steps' key, which few receipts have,
 * is named once this says that it is needed; nothing is written then.
 */
export const STEPS_UNNAMED = 2

/**
 * A receipt, its steps and its channel stand in one slot of a Cluster, for the braces: only what is in them decides
 * (Redis Cluster specification, "Hash tags").
 */
export class Keys {
  readonly #prefix: string
  /** Every receipt's key, and nothing else: those of steps go on after the brace. */
  readonly pattern: string

  constructor(prefix: string) {
    this.#prefix = prefix
    this.pattern = `${prefix.replaceAll(/[\\*?[\]]/g, '\\$&')}{*}`
  }

  receipt(id: ReceiptId): string {
    return `${this.#prefix}{${id}}`
  }

  /** A key for each incarnation: a reused key of the user's never meets old steps. */
  steps(id: ReceiptId, incarnation: string): string {
    return `${this.#prefix}{${id}}${incarnation}`
  }

  id(receipt: string): ReceiptId {
    return receipt.slice(this.#prefix.length + 1, -1)
  }
}
