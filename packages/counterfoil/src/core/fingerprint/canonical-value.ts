import { canonicalDecimal } from './decimal.ts'
import { UnfingerprintableRequest } from './errors.ts'
import type { IgnoredMembers } from './ignored-members.ts'
import { pointerTo } from './json-pointer.ts'
import { isPlain, type Unseen, unseen } from './unseen.ts'
import { Utf8Text } from './utf8-text.ts'
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
  const text = new Utf8Text()
  putCanonicalValue(text, value, ignore)
  return text.toString()
}

/** The same to the end of a text. @throws {UnfingerprintableRequest} */
export function putCanonicalValue(text: Utf8Text, value: unknown, ignore?: IgnoredMembers): void {
  new ValueWriter(text).write(value, ignore)
}

/** From this depth on, and each time that it has doubled, it is looked whether a value contains itself. */
const FIRST_LOOK = 64

class ValueWriter {
  readonly #text: Utf8Text
  #level: ValueLevel | undefined = undefined

  constructor(text: Utf8Text) {
    this.#text = text
  }

  // A loop instead of a recursion: how deep a value goes is the caller's choice.
  write(value: unknown, ignore: IgnoredMembers | undefined): void {
    this.#put(value, ignore)
    while (this.#level !== undefined) this.#putMembers(this.#level)
  }

  /** Until it enters one of them, or leaves. */
  #putMembers(level: ValueLevel): void {
    while (level.next()) {
      level.putLead(this.#text)
      this.#put(level.value, level.ignored)
      if (this.#level !== level) return
    }
    level.putEnd(this.#text)
    this.#level = level.outer
  }

  #put(value: unknown, ignore: IgnoredMembers | undefined): void {
    switch (typeof value) {
      case 'string':
        this.#text.putString(value)
        return
      case 'number':
        if (!Number.isFinite(value)) throw refused(this.#level, unseen(value))
        this.#text.putAscii(String(value)) // as canonicalDecimal lays it out: minus zero gives '0'
        return
      case 'boolean':
        this.#text.putAscii(value ? 'true' : 'false')
        return
      case 'bigint':
        this.#text.putAscii(canonicalDecimal(String(value)) as string) // there is no exponent to be too long
        return
      case 'object':
        if (value === null) this.#text.putAscii('null')
        else this.#enter(value, ignore)
        return
      default:
        throw refused(this.#level, unseen(value))
    }
  }

  #enter(value: object, ignore: IgnoredMembers | undefined): void {
    if (!isPlain(value)) throw refused(this.#level, unseen(value))
    const level = new ValueLevel(value, this.#level, ignore)
    this.#level = level
    // Not at each level: nearly every value is a tree, and would pay for a set of those that are open.
    if (level.depth >= FIRST_LOOK && (level.depth & (level.depth - 1)) === 0) refuseCycle(level)
  }
}

/** @throws {UnfingerprintableRequest} where a level is inside of itself. */
function refuseCycle(innermost: ValueLevel): void {
  const levels: ValueLevel[] = []
  for (let level: ValueLevel | undefined = innermost; level !== undefined; level = level.outer)
    levels.push(level)
  const entered = new Set<object>()
  for (const level of levels.reverse()) {
    if (entered.has(level.container)) {
      throw refused(level.outer, { fault: 'contains itself', advice: 'give a tree' })
    }
    entered.add(level.container)
  }
}

/** @param at where the member at hand is what is refused. */
function refused(at: ValueLevel | undefined, { fault, advice }: Unseen): UnfingerprintableRequest {
  const path: string[] = []
  for (let level = at; level !== undefined; level = level.outer) path.push(level.token)
  return new UnfingerprintableRequest(pointerTo(path.reverse()), fault, advice)
}
