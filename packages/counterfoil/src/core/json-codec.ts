import type { Codec, EncodedValue } from './outcome.ts'

const nothing: EncodedValue = { form: 'nothing', bytes: new Uint8Array() }
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The codec that an operation has unless it names another: `undefined` as nothing, a `Uint8Array` as its bytes, all
 * else as JSON. What JSON can't say doesn't survive it: a Date comes back as text, a class as a plain object. What it
 * would keep nothing of (a Map, a Response) is refused.
 */
export const jsonCodec: Codec = {
  encode(value) {
    if (value === undefined) return nothing
    if (value instanceof Uint8Array) return { form: 'bytes', bytes: new Uint8Array(value) }
    const text: string | undefined = JSON.stringify(value)
    if (text === undefined) throw new TypeError(`a ${typeof value} has no JSON`)
    if (text === '{}' && !isEmptyObject(value)) throw new TypeError('JSON would keep nothing of it')
    // From Buffer's pool: it is copied into the outcome's own memory at once.
    return { form: 'json', bytes: Buffer.from(text) }
  },
  decode({ form, bytes }) {
    if (form === 'nothing') return undefined
    return form === 'bytes' ? new Uint8Array(bytes) : JSON.parse(strictUtf8.decode(bytes))
  },
}

/** A Map, a Set, a Response, a Promise, an Error: to JSON they all look like this, and are not. */
function isEmptyObject(value: unknown): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
