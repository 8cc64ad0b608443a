import type { ResponseOutcome } from './outcome.ts'

/** An HTTP response, as a recovery or a re-run gives it: retries get exactly this. */
export interface GivenResponse {
  /** 200 to 599. */
  readonly status: number
  /** The field lines in their order and spelling. Default none. */
  readonly headers?: readonly (readonly [name: string, value: string])[]
  /** Text goes out as UTF-8. Default empty. */
  readonly body?: string | Uint8Array
}

/** It is a user's word, and every replay would fail on one that can't be sent. @throws {TypeError} */
export function responseOutcome(given: GivenResponse): ResponseOutcome {
  const known: Partial<GivenResponse> | undefined | null = given
  const { status, headers = [], body = '' } = known ?? {}
  if (!Number.isInteger(status) || (status as number) < 200 || (status as number) > 599) {
    throw new TypeError('a response needs a status from 200 to 599: { status, headers, body }')
  }
  if (!Array.isArray(headers) || !headers.every(isLine)) {
    throw new TypeError("a response's headers are pairs of a name and a value, as HTTP allows them")
  }
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) {
    throw new TypeError("a response's body is text or a Uint8Array")
  }
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : new Uint8Array(body)
  return { kind: 'response', status: status as number, headers, body: bytes }
}

function isLine(line: unknown): boolean {
  if (!Array.isArray(line) || line.length !== 2) return false
  const [name, value] = line as unknown[]
  return isText(name, /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/) && isText(value, /^[\t\x20-\x7e\x80-\xff]*$/)
}

function isText(value: unknown, form: RegExp): boolean {
  return typeof value === 'string' && form.test(value)
}
