import { canonicalJson } from './canonical-json.ts'
import { putCanonicalValue } from './canonical-value.ts'
import { ABSENT_FIELD, bytesField, countField, digestOf, digestOfText, textField } from './digest.ts'
import { UnfingerprintableRequest } from './errors.ts'
import type { FingerprintAlgorithm, FingerprintOptions, HttpRequestSeen } from './fingerprint-algorithm.ts'
import {
  isJson,
  isMultipart,
  type MediaType,
  type MediaTypeParameter,
  parseMediaType,
  saysUtf8,
} from './media-type.ts'
import { multipartParts, type Part } from './multipart.ts'

const VERSION = 1

/** Frozen: receipts are kept under it. Whatever would change a digest is another version. */
export const version1: FingerprintAlgorithm = {
  value(value: unknown, options?: FingerprintOptions) {
    const digest =
      value instanceof Uint8Array
        ? digestOf(VERSION, 'bytes', [bytesField(value)])
        : digestOfText(VERSION, 'value', (text) => putCanonicalValue(text, value, options?.ignore))
    return { version: VERSION, digest }
  },

  http(request: HttpRequestSeen, options?: FingerprintOptions) {
    const body = bodyOf(request)
    const type = request.contentType === undefined ? undefined : parseMediaType(request.contentType)
    const line = textField(request.method) + textField(request.target)
    const digest =
      (type && (digestOfJson(line, type, body, options) ?? digestOfMultipart(line, type, body))) ??
      digestOf(VERSION, 'http bytes', [line, typeField(request.contentType, type), bytesField(body)])
    return { version: VERSION, digest }
  },
}

function bodyOf({ body }: HttpRequestSeen): Uint8Array {
  if (body instanceof Uint8Array) return body
  throw new UnfingerprintableRequest(
    '',
    `has a body that ${body === undefined ? 'was not read' : 'is not bytes'}`,
    'give the bytes that were received, none of them where the body is empty',
  )
}

function digestOfJson(
  line: string,
  type: MediaType,
  body: Uint8Array,
  options: FingerprintOptions | undefined,
): string | undefined {
  if (!isJson(type)) return undefined
  const parameters = type.parameters.filter((parameter) => !saysUtf8(parameter))
  // A reader that believes in another character set would see another value in these bytes.
  if (parameters.some(({ name }) => name === 'charset')) return undefined
  const text = decoded(body)
  const canonical = text === undefined ? undefined : canonicalJson(text, options?.ignore)
  if (canonical === undefined) return undefined
  return digestOf(VERSION, 'http json', [
    line,
    parsedTypeField(type.essence, parameters),
    textField(canonical),
  ])
}

// Keeps a byte order mark, with which it isn't JSON (RFC 8259, section 8.1), instead of dropping it unseen.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decoded(body: Uint8Array): string | undefined {
  try {
    return utf8.decode(body)
  } catch {
    return undefined
  }
}

function digestOfMultipart(line: string, type: MediaType, body: Uint8Array): string | undefined {
  if (!isMultipart(type)) return undefined
  const boundaries = type.parameters.filter(({ name }) => name === 'boundary')
  const boundary = boundaries[0]
  const parts = boundary && boundaries.length === 1 ? multipartParts(body, boundary.value) : undefined
  if (parts === undefined) return undefined
  const parameters = type.parameters.filter(({ name }) => name !== 'boundary')
  return digestOf(VERSION, 'http multipart', [
    line,
    parsedTypeField(type.essence, parameters),
    countField(parts.length),
    ...parts.map(partField),
  ])
}

function partField({ fields, body }: Part): string {
  const texts = fields.map(({ name, value }) => textField(name) + textField(value))
  return countField(fields.length) + texts.join('') + bytesField(body)
}

function typeField(received: string | undefined, parsed: MediaType | undefined): string {
  if (received === undefined) return ABSENT_FIELD
  return parsed ? parsedTypeField(parsed.essence, parsed.parameters) : textField(received)
}

function parsedTypeField(essence: string, parameters: readonly MediaTypeParameter[]): string {
  const texts = parameters.map(({ name, value }) => textField(name) + textField(value))
  return countField(parameters.length) + textField(essence) + texts.join('')
}
