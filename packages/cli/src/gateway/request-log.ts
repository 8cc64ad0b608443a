import type { ServerResponse } from 'node:http'
import type { IdempotentRequest } from 'counterfoil/node'

/** No key, no query and no body: whoever holds a key can read an answer. */
export interface RequestLine {
  readonly at: string
  readonly method: string
  readonly path: string
  /** `null`: the caller left before. */
  readonly status: number | null
  readonly ms: number
  readonly keyed: boolean
  readonly replayed: boolean
}

/** A write for each turn of the event loop is a write for each request, where they come one by one. */
const TOGETHER_MS = 10

/** One line for each request; those of a moment go out in one write. */
export class RequestLog {
  readonly #form: 'json' | 'pretty'
  readonly #write: (text: string) => unknown
  #pending = ''

  constructor(form: 'json' | 'pretty', write: (text: string) => unknown) {
    this.#form = form
    this.#write = write
  }

  add(line: RequestLine): void {
    if (this.#pending === '') setTimeout(() => this.flush(), TOGETHER_MS)
    this.#pending += `${this.#form === 'json' ? JSON.stringify(line) : textOf(line)}\n`
  }

  flush(): void {
    const text = this.#pending
    this.#pending = ''
    if (text !== '') this.#write(text)
  }
}

let said = { at: 0, text: '' }

/** Many requests are answered in one millisecond. */
function timeText(): string {
  const at = Date.now()
  if (said.at !== at) said = { at, text: new Date(at).toISOString() }
  return said.text
}

export function whenAnswered(
  request: IdempotentRequest,
  response: ServerResponse,
  tell: (line: RequestLine) => void,
): void {
  const { method = '', url = '', headers } = request
  const startedAt = performance.now()
  response.once('close', () => {
    const replayed = request.idempotency === undefined && isReplay(response)
    tell({
      at: timeText(),
      method,
      path: url.split('?', 1)[0] as string,
      status: response.headersSent ? response.statusCode : null,
      ms: Math.round(performance.now() - startedAt),
      keyed: headers['idempotency-key'] !== undefined || request.idempotency !== undefined || replayed,
      replayed,
    })
  })
}

/** The gateway marks replays, and lets no other mark by. A head that was written as a list can be seen in no other way. */
function isReplay(response: ServerResponse): boolean {
  const { _header: head } = response as unknown as { readonly _header: string | null }
  return head?.includes('\r\nIdempotent-Replayed: true\r\n') === true
}

function textOf({ at, method, path, status, ms, keyed, replayed }: RequestLine): string {
  const how = replayed ? ' replayed' : keyed ? ' keyed' : ''
  return `${at} ${method} ${path} ${status ?? 'left'} ${ms} ms${how}`
}
