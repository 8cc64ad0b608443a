import { type ServerResponse, validateHeaderName, validateHeaderValue } from 'node:http'
import { type FieldLines, REPLAYED } from '../field-lines.ts'

/** What one kind of header field is given as. */
export type HeaderValue = string | number | readonly string[]

/** What `writeHead` takes: an object, a list of names and values in turn, or a list of pairs. */
export function rawList(headers: unknown): (readonly [name: string, value: HeaderValue])[] {
  if (!Array.isArray(headers)) return Object.entries(headers as Record<string, HeaderValue>)
  if (Array.isArray(headers[0])) return headers as [string, HeaderValue][]
  const list: (readonly [string, HeaderValue])[] = []
  for (let n = 0; n < headers.length; n += 2) list.push([headers[n], headers[n + 1]])
  return list
}

export function linesOf(response: ServerResponse): FieldLines {
  // Of every outgoing message, though its types say so of a client's request alone (http.html#requestgetrawheadernames).
  const known = response as ServerResponse & { getRawHeaderNames(): string[] }
  return fieldLines(
    known.getRawHeaderNames().map((name) => [name, response.getHeader(name) as HeaderValue] as const),
  )
}

export function fieldLines(fields: readonly (readonly [name: string, value: HeaderValue])[]): FieldLines {
  const lines: [string, string][] = []
  for (const [name, value] of fields) {
    if (Array.isArray(value)) for (const one of value) lines.push([name, String(one)])
    else lines.push([name, String(value)])
  }
  return lines
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
    if (Array.isArray(value)) for (const one of value) validateHeaderValue(name, one)
    else validateHeaderValue(name, value as string)
  }
}
