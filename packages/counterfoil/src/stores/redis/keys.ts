import type { ReceiptId } from '../../core/index.ts'

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
