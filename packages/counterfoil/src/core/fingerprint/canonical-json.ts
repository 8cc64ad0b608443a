import type { IgnoredMembers } from './ignored-members.ts'
import { JsonScanner } from './json-scanner.ts'
import { OpenArray } from './open-array.ts'
import type { OpenContainer } from './open-container.ts'
import { OpenObject } from './open-object.ts'

/**
 * The one spelling of a JSON text's value: two texts have the same one exactly if they say the same. No white space;
 * members in the order of their decoded names' UTF-16 code units, those of one name in the order in which they came,
 * none dropped; strings as `canonicalString` and numbers as `canonicalDecimal` spell them.
 *
 * `undefined` for what is not strictly JSON (RFC 8259, without a byte order mark), or holds a number that
 * `canonicalDecimal` can't spell, be it in a member that is left out. Takes any depth. Takes time linear in the text,
 * but for the sorting.
 */
export function canonicalJson(text: string, ignore?: IgnoredMembers): string | undefined {
  return new JsonReader(text, ignore).read()
}

const COMMA = 0x2c
const COLON = 0x3a
const QUOTE = 0x22
const OPEN_BRACE = 0x7b
const OPEN_BRACKET = 0x5b

/** Goes straight from text to text: a value that stands in canonical form already is cut out whole. */
class JsonReader extends JsonScanner {
  readonly #ignore: IgnoredMembers | undefined
  #open: OpenContainer | undefined = undefined

  constructor(text: string, ignore: IgnoredMembers | undefined) {
    super(text)
    this.#ignore = ignore
  }

  read(): string | undefined {
    this.skipSpace()
    const start = this.at
    // A loop instead of a recursion: how deep it goes is the sender's choice.
    do {
      if (!this.#descend() || !this.#ascend()) return undefined
    } while (this.#open !== undefined)
    const end = this.at
    this.skipSpace()
    if (this.at !== this.text.length) return undefined
    return this.spelling ?? this.text.slice(start, end)
  }

  /** Down through what opens here, to behind the first scalar or to the end of an empty container. */
  #descend(): boolean {
    for (;;) {
      const code = this.peek()
      if (code === OPEN_BRACE) this.#open = new OpenObject(this.text, this.#open, this.#ignoredInside())
      else if (code === OPEN_BRACKET) this.#open = new OpenArray(this.text, this.#open, this.#ignoredInside())
      else return this.readScalar() && this.#give()
      this.at++
      this.#skipSpaceIn(this.#open)
      if (this.peek() === this.#open.closer) return true
      if (!this.#beginMember(this.#open)) return false
    }
  }

  /** Up through what closes here, to the next value or to the whole text's end. */
  #ascend(): boolean {
    while (this.#open !== undefined) {
      const code = this.peek()
      if (code === COMMA) {
        this.at++
        this.#skipSpaceIn(this.#open)
        return this.#beginMember(this.#open)
      }
      if (code !== this.#open.closer) return false
      this.at++
      this.spelling = this.#open.spelling()
      this.#open = this.#open.outer
      this.#give()
    }
    return true
  }

  /** Hands the value that ends here to what it stands in. */
  #give(): true {
    if (this.#open === undefined) return true
    this.#open.add(this.at, this.spelling)
    this.#skipSpaceIn(this.#open)
    return true
  }

  /** To the member's value. */
  #beginMember(open: OpenContainer): boolean {
    if (open instanceof OpenObject) return this.#beginNamed(open)
    if (open instanceof OpenArray) open.begin(this.at)
    return true
  }

  #beginNamed(open: OpenObject): boolean {
    const start = this.at
    if (this.peek() !== QUOTE || !this.readString()) return false
    open.beginName(start, this.at, this.spelling)
    this.#skipSpaceIn(open)
    if (this.peek() !== COLON) return false
    this.at++
    this.#skipSpaceIn(open)
    open.beginValue(this.at)
    return true
  }

  #skipSpaceIn(open: OpenContainer): void {
    if (this.skipSpace()) open.asWritten = false
  }

  #ignoredInside(): IgnoredMembers | undefined {
    return this.#open === undefined ? this.#ignore : this.#open.ignored
  }
}
