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
    case 'response':
      return joined(kind, [
        u16(outcome.status),
        u32(outcome.headers.length),
        ...outcome.headers.flatMap(([name, value]) => [...text(name), ...text(value)]),
        outcome.body,
      ])
    case 'value':
      return valueBytes(kind, outcome.value)
    case 'failure': {
      const { name, message, code } = outcome.failure
      return joined(kind, [
        ...text(name),
        ...text(message),
        ...(code === null ? [u8(0)] : [u8(1), ...text(code)]),
      ])
    }
    case 'not_kept':
      return joined(kind, [u8(reasons.indexOf(outcome.why))])
  }
}

/** @throws {OutcomeUnreadable} for another version, and for bytes that are no outcome. */
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
        headers: Array.from({ length: reader.count() }, () => [reader.text(), reader.text()] as const),
        body: reader.rest(),
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

/** The common path: one allocation, and one copy. */
function valueBytes(kind: number, { form, bytes: value }: EncodedValue): Uint8Array {
  const bytes = new Uint8Array(3 + value.length)
  bytes[0] = OUTCOME_ENCODING_VERSION
  bytes[1] = kind
  bytes[2] = forms.indexOf(form)
  bytes.set(value, 3)
  return bytes
}

function joined(kind: number, parts: readonly Uint8Array[]): Uint8Array {
  // Not Buffer.concat: a view into its pool would drag 8 KiB along when it is posted to another thread.
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 2))
  bytes[0] = OUTCOME_ENCODING_VERSION
  bytes[1] = kind
  let at = 2
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

function u8(value: number): Uint8Array {
  return Uint8Array.of(value)
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff)
}

function u32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff)
}

/** Well-formed text only, since half of a surrogate pair has no UTF-8: it becomes U+FFFD. */
function text(value: string): [Uint8Array, Uint8Array] {
  const bytes = Buffer.from(value, 'utf8')
  return [u32(bytes.length), bytes]
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
    return this.#take(1).readUInt8()
  }

  u16(): number {
    return this.#take(2).readUInt16BE()
  }

  /** A count of things that take at least 8 bytes each: one that can't be true is refused before it allocates. */
  count(): number {
    const count = this.#take(4).readUInt32BE()
    if (count * 8 > this.#bytes.length - this.#at) throw malformed()
    return count
  }

  text(): string {
    return this.#take(this.#take(4).readUInt32BE()).toString('utf8')
  }

  rest(): Uint8Array {
    return new Uint8Array(this.#bytes.subarray(this.#at))
  }

  #take(length: number): Buffer {
    const from = this.#at
    if (from + length > this.#bytes.length) throw malformed()
    this.#at += length
    return this.#bytes.subarray(from, this.#at)
  }
}
