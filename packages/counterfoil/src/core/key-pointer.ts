import { KeyInvalid, OptionInvalid } from './errors.ts'
import { canonicalJson } from './fingerprint/canonical-json.ts'
import { pointerTokens } from './fingerprint/json-pointer.ts'
import { JsonScanner } from './fingerprint/json-scanner.ts'
import { isJson, parseMediaType } from './fingerprint/media-type.ts'

/** Where in a JSON body the key is: a JSON Pointer (RFC 6901), compiled by `keyPointer`. */
export interface KeyPointer {
  readonly pointer: string
  readonly tokens: readonly string[]
}

/** @throws {OptionInvalid} where it is malformed, or names the whole body. */
export function keyPointer(pointer: unknown): KeyPointer {
  const tokens = typeof pointer === 'string' ? pointerTokens(pointer) : undefined
  if (tokens === undefined || tokens.length === 0) {
    throw new OptionInvalid('key', "give a JSON Pointer to a member, such as { pointer: '/idempotency_key' }")
  }
  return { pointer: pointer as string, tokens }
}

/** Only a JSON body can hold a key; another one has none. */
export function mayHoldKey(contentType: string | undefined): boolean {
  const type = contentType === undefined ? undefined : parseMediaType(contentType)
  return type !== undefined && isJson(type)
}

// With a byte order mark it isn't JSON (RFC 8259, section 8.1).
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The key in the bytes of a JSON body; `undefined` where it has no such member, or no bytes. Names are compared decoded,
 * however they are escaped.
 *
 * @throws {KeyInvalid} where it is no text, the body is no JSON, or a name on the way to it stands there twice: another
 * parser could take the other one.
 */
export function keyInBytes(bytes: Uint8Array, { pointer, tokens }: KeyPointer): string | undefined {
  if (bytes.length === 0) return undefined
  const canonical = canonicalJson(textOf(bytes, pointer))
  if (canonical === undefined)
    throw new KeyInvalid(`at ${pointer} can't be read, since the body is no JSON`, 'send JSON')
  const value = new MemberReader(canonical, pointer).read(tokens)
  return value === undefined ? undefined : keyText(JSON.parse(value), pointer)
}

/** The key in a body that a parser has taken apart already. @throws {KeyInvalid} where it is no text. */
export function keyInValue(body: unknown, { pointer, tokens }: KeyPointer): string | undefined {
  let at = body
  for (const token of tokens) {
    const inside = typeof at === 'object' && at !== null && (!Array.isArray(at) || isIndex(token))
    if (!inside || !Object.hasOwn(at as object, token)) return undefined
    at = (at as Record<string, unknown>)[token]
  }
  return at === undefined ? undefined : keyText(at, pointer)
}

function textOf(bytes: Uint8Array, pointer: string): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new KeyInvalid(`at ${pointer} can't be read, since the body is no JSON`, 'send JSON')
  }
}

function keyText(value: unknown, pointer: string): string {
  if (typeof value !== 'string') throw new KeyInvalid(`at ${pointer} is no text`, 'send text')
  return value
}

/** As RFC 6901 writes them (section 4). */
function isIndex(token: string): boolean {
  return /^(?:0|[1-9]\d*)$/.test(token)
}

const COMMA = 0x2c
const QUOTE = 0x22
const OPEN_BRACE = 0x7b
const OPEN_BRACKET = 0x5b
const CLOSE_BRACE = 0x7d
const CLOSE_BRACKET = 0x5d

/** Goes down one path of a canonical text: it is JSON, without white space. */
class MemberReader extends JsonScanner {
  readonly #pointer: string

  constructor(text: string, pointer: string) {
    super(text)
    this.#pointer = pointer
  }

  /** The JSON text of the value; `undefined` where the path ends before. */
  read(tokens: readonly string[]): string | undefined {
    for (const token of tokens) {
      const found = this.peek() === OPEN_BRACE ? this.#member(token) : this.#element(token)
      if (found === undefined) return undefined
      this.at = found
    }
    const start = this.at
    this.#skipValue()
    return this.text.slice(start, this.at)
  }

  #member(name: string): number | undefined {
    let found: number | undefined
    this.at++
    while (this.peek() === QUOTE) {
      const start = this.at
      this.readString()
      const matches = JSON.parse(this.text.slice(start, this.at)) === name
      this.at++ // the colon
      if (matches && found !== undefined)
        throw new KeyInvalid(`at ${this.#pointer} is given more than once`, 'send one')
      if (matches) found = this.at
      this.#skipValue()
      if (this.peek() === COMMA) this.at++
    }
    return found
  }

  #element(token: string): number | undefined {
    if (this.peek() !== OPEN_BRACKET || !isIndex(token)) return undefined
    this.at++
    for (let index = 0; this.peek() !== CLOSE_BRACKET; index += 1) {
      if (String(index) === token) return this.at
      this.#skipValue()
      if (this.peek() === COMMA) this.at++
    }
    return undefined
  }

  /** To behind it. A loop instead of a recursion: how deep it goes is the sender's choice. */
  #skipValue(): void {
    let depth = 0
    do {
      const code = this.peek()
      if (code === OPEN_BRACE || code === OPEN_BRACKET) depth += 1
      if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth -= 1
      if (code === QUOTE) this.readString()
      else if (depth > 0 || code === CLOSE_BRACE || code === CLOSE_BRACKET) this.at++
      else this.readScalar()
    } while (depth > 0)
  }
}
