import { OutcomeUnreadable } from './errors.ts'
import type { EncodedValue, Outcome } from './outcome.ts'

/** The first byte of every encoded outcome. A reader that meets another refuses: it never takes it for absent. */
export const OUTCOME_ENCODING_VERSION = 1

const kinds = ['response', 'value', 'failure', 'not_kept'] as const
const forms = ['nothing', 'json', 'bytes'] as const
const reasons = ['too_large', 'unencodable', 'unstorable', 'streamed'] as const

/*
 * version: 1 byte · kind: 1 byte · then
 *   response   status: u16 · field lines: u32 count, each a name and a value · body: the rest
 *   value      form: 1 byte · bytes: the rest
 *   failure    name · message · code present: 1 byte · code
 *   not_kept   reason: 1 byte
 * Numbers are big-endian; a text is a u32 count of UTF-8 bytes, then those bytes.
 */

export function encodeOutcome(outcome: Outcome): Uint8Array {
  const kind = kinds.indexOf(outcome.kind)
  switch (outcome.kind) {
    case 'response': {
      const { status, headers, body } = outcome
      const lengths = headers.reduce((sum, [name, value]) => sum + textLength(name) + textLength(value), 0)
      const writer = new Writer(kind, 2 + 4 + lengths + body.length)
      writer.u16(status)
      writer.u32(headers.length)
      for (const [name, value] of headers) {
        writer.text(name)
        writer.text(value)
      }
      return writer.end(body)
    }
    case 'value': {
      const { form, bytes } = outcome.value
      const writer = new Writer(kind, 1 + bytes.length)
      writer.u8(forms.indexOf(form))
      return writer.end(bytes)
    }
    case 'failure': {
      const { name, message, code } = outcome.failure
      const ofCode = code === null ? 0 : textLength(code)
      const writer = new Writer(kind, textLength(name) + textLength(message) + 1 + ofCode)
      writer.text(name)
      writer.text(message)
      writer.u8(code === null ? 0 : 1)
      if (code !== null) writer.text(code)
      return writer.end()
    }
    case 'not_kept': {
      const writer = new Writer(kind, 1)
      writer.u8(reasons.indexOf(outcome.why))
      return writer.end()
    }
  }
}

/** A response's body is a view of the bytes. @throws {OutcomeUnreadable} for another version, and for bytes that are no outcome. */
export function decodeOutcome(bytes: Uint8Array): Outcome {
  if (bytes[0] !== OUTCOME_ENCODING_VERSION) {
    throw new OutcomeUnreadable(
      `its encoding has version ${bytes[0] ?? 'none'}, and this one reads ${OUTCOME_ENCODING_VERSION}`,
    )
  }
  const reader = new Reader(bytes)
  switch (oneOf(kinds, bytes[1])) {
    case 'response':
      return {
        kind: 'response',
        status: reader.u16(),
        headers: reader.pairs(),
        body: reader.restInPlace(),
      }
    case 'value':
      return {
        kind: 'value',
        value: { form: oneOf(forms, reader.u8()), bytes: reader.rest() } satisfies EncodedValue,
      }
    case 'failure':
      return {
        kind: 'failure',
        failure: {
          name: reader.text(),
          message: reader.text(),
          code: reader.u8() === 1 ? reader.text() : null,
        },
      }
    case 'not_kept':
      return { kind: 'not_kept', why: oneOf(reasons, reader.u8()) }
  }
}

/** One allocation, whatever an outcome is made of. */
class Writer {
  // Not from Buffer's pool: a view into it would drag 8 KiB along when it is posted to another thread.
  readonly #bytes: Buffer
  #at = 2

  /** @param length of what comes after the kind, in bytes */
  constructor(kind: number, length: number) {
    this.#bytes = Buffer.allocUnsafeSlow(2 + length)
    this.#bytes[0] = OUTCOME_ENCODING_VERSION
    this.#bytes[1] = kind
  }

  u8(value: number): void {
    this.#at = this.#bytes.writeUInt8(value, this.#at)
  }

  u16(value: number): void {
    this.#at = this.#bytes.writeUInt16BE(value, this.#at)
  }

  u32(value: number): void {
    this.#at = this.#bytes.writeUInt32BE(value, this.#at)
  }

  /** Well-formed text only, since half of a surrogate pair has no UTF-8: it becomes U+FFFD. */
  text(value: string): void {
    const length = this.#bytes.write(value, this.#at + 4, 'utf8')
    this.u32(length)
    this.#at += length
  }

  end(rest?: Uint8Array): Uint8Array {
    if (rest) this.#bytes.set(rest, this.#at)
    return new Uint8Array(this.#bytes.buffer)
  }
}

/** With its count. */
function textLength(value: string): number {
  return 4 + Buffer.byteLength(value, 'utf8')
}

function oneOf<T>(names: readonly T[], index: number | undefined): T {
  const name = index === undefined ? undefined : names[index]
  if (name === undefined) throw malformed()
  return name
}

function malformed(): OutcomeUnreadable {
  return new OutcomeUnreadable('its bytes are cut short or damaged')
}

class Reader {
  readonly #bytes: Buffer
  #at = 2

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  u8(): number {
    return this.#bytes.readUInt8(this.#take(1))
  }

  u16(): number {
    return this.#bytes.readUInt16BE(this.#take(2))
  }

  text(): string {
    const length = this.#u32()
    const from = this.#take(length)
    return this.#bytes.toString('utf8', from, from + length)
  }

  /** Each takes at least 8 bytes: a count that can't be true is refused before it allocates. */
  pairs(): (readonly [string, string])[] {
    const count = this.#u32()
    if (count * 8 > this.#bytes.length - this.#at) throw malformed()
    const pairs: (readonly [string, string])[] = []
    for (let n = 0; n < count; n += 1) pairs.push([this.text(), this.text()])
    return pairs
  }

  /** Without a copy: another 1 KiB a replay would be what most of it is made of. */
  restInPlace(): Uint8Array {
    const { buffer, byteOffset, length } = this.#bytes
    return new Uint8Array(buffer, byteOffset + this.#at, length - this.#at)
  }

  rest(): Uint8Array {
    return new Uint8Array(this.#bytes.subarray(this.#at))
  }

  #u32(): number {
    return this.#bytes.readUInt32BE(this.#take(4))
  }

  /** @returns where they begin */
  #take(length: number): number {
    const from = this.#at
    if (from + length > this.#bytes.length) throw malformed()
    this.#at += length
    return from
  }
}
