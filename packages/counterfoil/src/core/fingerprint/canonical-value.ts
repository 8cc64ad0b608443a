import { canonicalString } from './canonical-string.ts'
import { canonicalDecimal } from './decimal.ts'
import { UnfingerprintableRequest } from './errors.ts'
import type { IgnoredMembers } from './ignored-members.ts'
import { pointerTo } from './json-pointer.ts'
import { isPlain, unseen } from './unseen.ts'
import { ValueLevel } from './value-level.ts'

/**
 * The canonical text of a JavaScript value: for all that survives `JSON.stringify`, what `canonicalJson` makes of that.
 * Takes null, booleans, finite numbers, bigints (by value: `1n` is 1), text, arrays and plain objects, to any depth.
 * Members that are `undefined` are left out, as `JSON.stringify` does.
 *
 * @throws {UnfingerprintableRequest} for all else, such as NaN, a Date, a Map, an instance of a class, or an array's
 * `undefined` element: two of them could look the same and not be. What `ignore` leaves out is not looked at.
 */
export function canonicalValue(value: unknown, ignore?: IgnoredMembers): string {
  return new ValueWriter().write(value, ignore)
}

class ValueWriter {
  #text = ''
  #level: ValueLevel | undefined = undefined
  readonly #entered = new Set<object>()

  // A loop instead of a recursion: how deep a value goes is the caller's choice.
  write(value: unknown, ignore: IgnoredMembers | undefined): string {
    this.#put(value, ignore)
    while (this.#level !== undefined) this.#writeMembers(this.#level)
    return this.#text
  }

  /** Until it enters one of them, or leaves. */
  #writeMembers(level: ValueLevel): void {
    while (level.next()) {
      this.#text += level.lead()
      this.#put(level.value, level.ignored)
      if (this.#level !== level) return
    }
    this.#text += level.end()
    this.#entered.delete(level.container)
    this.#level = level.outer
  }

  #put(value: unknown, ignore: IgnoredMembers | undefined): void {
    switch (typeof value) {
      case 'string':
        this.#text += canonicalString(value)
        return
      case 'number':
        if (!Number.isFinite(value)) throw this.#unseen(value)
        this.#text += value // as canonicalDecimal lays it out: minus zero gives '0'
        return
      case 'boolean':
        this.#text += value
        return
      case 'bigint':
        this.#text += canonicalDecimal(String(value)) as string // there is no exponent to be too long
        return
      case 'object':
        if (value === null) this.#text += 'null'
        else this.#enter(value, ignore)
        return
      default:
        throw this.#unseen(value)
    }
  }

  #enter(value: object, ignore: IgnoredMembers | undefined): void {
    if (this.#entered.has(value) || !isPlain(value)) throw this.#unseen(value)
    this.#entered.add(value)
    this.#level = new ValueLevel(value, this.#level, ignore)
  }

  #unseen(value: unknown): UnfingerprintableRequest {
    const path: string[] = []
    for (let level = this.#level; level !== undefined; level = level.outer) path.push(level.token)
    const { fault, advice } = this.#entered.has(value as object)
      ? { fault: 'contains itself', advice: 'give a tree' }
      : unseen(value)
    return new UnfingerprintableRequest(pointerTo(path.reverse()), fault, advice)
  }
}
