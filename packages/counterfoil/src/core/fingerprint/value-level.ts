import { canonicalString } from './canonical-string.ts'
import type { IgnoredMembers } from './ignored-members.ts'
import { sortNames } from './member-order.ts'

/** An array or a plain object of which the members are being read, in canonical order. */
export class ValueLevel {
  readonly container: object
  readonly outer: ValueLevel | undefined
  readonly isArray: boolean
  /** The member at hand, and what to leave out of it. */
  value: unknown = undefined
  ignored: IgnoredMembers | undefined = undefined
  readonly #names: readonly string[]
  readonly #length: number
  readonly #ignore: IgnoredMembers | undefined
  #at = -1
  #empty = true

  constructor(container: object, outer: ValueLevel | undefined, ignore: IgnoredMembers | undefined) {
    this.container = container
    this.outer = outer
    this.isArray = Array.isArray(container)
    this.#names = this.isArray ? [] : sortedNames(container)
    this.#length = this.isArray ? (container as unknown[]).length : this.#names.length
    this.#ignore = ignore
  }

  /** The name of the member at hand, or its index. */
  get token(): string {
    return this.isArray ? String(this.#at) : (this.#names[this.#at] as string)
  }

  /** To the next member that is not left out; `false` at the end. */
  next(): boolean {
    while (++this.#at < this.#length) {
      if (this.#ignore !== undefined) this.ignored = this.#ignore.members.get(this.token)
      if (this.ignored?.whole) continue
      this.value = this.isArray
        ? (this.container as unknown[])[this.#at]
        : (this.container as Record<string, unknown>)[this.#names[this.#at] as string]
      // As JSON.stringify does. An array's undefined elements would close up: whoever reads on refuses them.
      if (this.value !== undefined || this.isArray) return true
    }
    return false
  }

  /** What stands before the member at hand. */
  lead(): string {
    const separator = this.#empty ? (this.isArray ? '[' : '{') : ','
    this.#empty = false
    return this.isArray ? separator : `${separator}${canonicalString(this.token)}:`
  }

  end(): string {
    if (this.#empty) return this.isArray ? '[]' : '{}'
    return this.isArray ? ']' : '}'
  }
}

function sortedNames(value: object): string[] {
  const names = Object.keys(value)
  sortNames(names)
  return names
}
