import type { IgnoredMembers } from './ignored-members.ts'
import { sortNames } from './member-order.ts'
import type { Utf8Text } from './utf8-text.ts'

/** An array or a plain object of which the members are being read, in canonical order. */
export class ValueLevel {
  readonly container: object
  readonly outer: ValueLevel | undefined
  /** 1 for the outermost. */
  readonly depth: number
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
    this.depth = outer === undefined ? 1 : outer.depth + 1
    this.isArray = Array.isArray(container)
    this.#names = this.isArray ? NONE : sortedNames(container)
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
  putLead(text: Utf8Text): void {
    text.put(this.#empty ? this.#opener : COMMA)
    this.#empty = false
    if (this.isArray) return
    text.putString(this.token)
    text.put(COLON)
  }

  putEnd(text: Utf8Text): void {
    if (this.#empty) text.put(this.#opener)
    text.put(this.isArray ? 0x5d : 0x7d)
  }

  get #opener(): number {
    return this.isArray ? 0x5b : 0x7b
  }
}

const COMMA = 0x2c
const COLON = 0x3a

const NONE: readonly string[] = []

function sortedNames(value: object): string[] {
  const names = Object.keys(value)
  sortNames(names)
  return names
}
