import { type ServerResponse, validateHeaderName, validateHeaderValue } from 'node:http'
import { type FieldLines, REPLAYED } from '../field-lines.ts'

/** What one kind of header field is given as. */
export type HeaderValue = string | number | readonly string[]

/** What `writeHead` takes: an object, a list of names and values in turn, or a list of pairs. */
export function rawList(headers: unknown): (readonly [name: string, value: HeaderValue])[] {
  if (!Array.isArray(headers)) return Object.entries(headers as Record<string, HeaderValue>)
  if (Array.isArray(headers[0])) return headers as [string, HeaderValue][]
  return Array.from({ length: headers.length / 2 }, (_, n) => [headers[2 * n], headers[2 * n + 1]])
}

export function linesOf(response: ServerResponse): FieldLines {
  // Of every outgoing message, though its types say so of a client's request alone (http.html#requestgetrawheadernames).
  const known = response as ServerResponse & { getRawHeaderNames(): string[] }
  return known
    .getRawHeaderNames()
    .flatMap((name) => fieldLines(name, response.getHeader(name) as HeaderValue))
}

export function fieldLines(name: string, value: HeaderValue): FieldLines {
  return Array.isArray(value) ? value.map((one) => [name, String(one)]) : [[name, String(value)]]
}

export function isMark(name: unknown): boolean {
  return String(name).toLowerCase() === REPLAYED.toLowerCase()
}

export function isEventStream(lines: FieldLines): boolean {
  return lines.some(
    ([name, value]) => name.toLowerCase() === 'content-type' && /^text\/event-stream\b/i.test(value),
  )
}

/** Thrown at the handler, as Node does, while it can still answer something else. */
export function validateHead(
  status: unknown,
  message: unknown,
  raw: readonly (readonly [name: string, value: HeaderValue])[],
): void {
  if (!Number.isInteger(status) || (status as number) < 100 || (status as number) > 999) {
    throw Object.assign(new RangeError(`Invalid status code: ${String(status)}`), {
      code: 'ERR_HTTP_INVALID_STATUS_CODE',
    })
  }
  if (message !== undefined) validateHeaderValue('statusMessage', message as string)
  for (const [name, value] of raw) {
    validateHeaderName(name)
    for (const one of Array.isArray(value) ? value : [value]) validateHeaderValue(name, one as string)
  }
}
