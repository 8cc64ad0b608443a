/** Bytes before the text, for what stands before it where it is hashed. */
const HEAD_ROOM = 128
const FIRST_ROOM = 16 * 1024
/** One that has grown beyond is not used again. */
const LARGEST_KEPT = 64 * 1024
/** UTF-16 code units. Above this to call out costs less than a look at each. */
const LOOP_LIMIT = 256

/**
 * A well-formed text that is put together as its UTF-8: 2.3 µs of 6.4 less for a body of 700 bytes than as a string,
 * which is a rope of a hundred pieces, flattened to be measured and again to be hashed.
 */
export class Utf8Text {
  #bytes: Buffer = Buffer.allocUnsafeSlow(HEAD_ROOM + FIRST_ROOM)
  #at = HEAD_ROOM
  /** Bytes that are more than UTF-16 code units. */
  #wider = 0

  /** In UTF-16 code units. */
  get length(): number {
    return this.#at - HEAD_ROOM - this.#wider
  }

  /** One ASCII character. */
  put(code: number): void {
    if (this.#at === this.#bytes.length) this.#grow(1)
    this.#bytes[this.#at++] = code
  }

  putAscii(text: string): void {
    if (text.length > this.#bytes.length - this.#at) this.#grow(text.length)
    const bytes = this.#bytes
    let at = this.#at
    for (let n = 0; n < text.length; n++) bytes[at++] = text.charCodeAt(n)
    this.#at = at
  }

  /** As `canonicalString` spells it. */
  putString(value: string): void {
    if (value.length > LOOP_LIMIT || !this.#putAsItIs(value)) this.#putEscaped(value)
  }

  /** `false` where it has to be escaped: nothing is put then. */
  #putAsItIs(value: string): boolean {
    if (value.length * 3 + 2 > this.#bytes.length - this.#at) this.#grow(value.length * 3 + 2)
    const bytes = this.#bytes
    let at = this.#at
    let wider = 0
    bytes[at++] = QUOTE
    for (let n = 0; n < value.length; n++) {
      const code = value.charCodeAt(n)
      if (code < 0x80) {
        if (code < 0x20 || code === QUOTE || code === BACKSLASH) return false
        bytes[at++] = code
      } else if (code < 0x800) {
        bytes[at++] = 0xc0 | (code >> 6)
        bytes[at++] = 0x80 | (code & 0x3f)
        wider += 1
      } else {
        // A surrogate, which may be half of a pair.
        if ((code & 0xf800) === 0xd800) return false
        bytes[at++] = 0xe0 | (code >> 12)
        bytes[at++] = 0x80 | ((code >> 6) & 0x3f)
        bytes[at++] = 0x80 | (code & 0x3f)
        wider += 2
      }
    }
    bytes[at++] = QUOTE
    this.#at = at
    this.#wider += wider
    return true
  }

  /** The text with an ASCII one of at most 128 characters before it. A view that the next change makes invalid. */
  after(head: string): Uint8Array {
    const from = HEAD_ROOM - head.length
    this.#bytes.write(head, from, 'latin1')
    return this.#bytes.subarray(from, this.#at)
  }

  /** Ready for another text; `undefined` where it holds too much memory for that. */
  emptied(): this | undefined {
    this.#at = HEAD_ROOM
    this.#wider = 0
    return this.#bytes.length > LARGEST_KEPT ? undefined : this
  }

  toString(): string {
    return this.#bytes.toString('utf8', HEAD_ROOM, this.#at)
  }

  #putEscaped(value: string): void {
    const text = JSON.stringify(value)
    if (text.length * 3 > this.#bytes.length - this.#at) this.#grow(text.length * 3)
    const written = this.#bytes.write(text, this.#at, 'utf8')
    this.#at += written
    this.#wider += written - text.length
  }

  #grow(by: number): void {
    const bytes = Buffer.allocUnsafeSlow((this.#at + by) * 2)
    this.#bytes.copy(bytes, 0, 0, this.#at)
    this.#bytes = bytes
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
