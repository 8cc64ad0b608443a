import { orderFor } from '../../payload.ts'

export const REQUEST_BYTES = 1024

const unpadded = JSON.stringify({ ...orderFor('order-0000001'), note: '' })
const body: string = JSON.stringify({
  ...orderFor('order-0000001'),
  note: 'n'.repeat(REQUEST_BYTES - Buffer.byteLength(unpadded)),
})

/** All have this length, so that every request is as long as the other. */
const KEY_LENGTH = 32
const FIELD = 'Idempotency-Key: '

/** The bytes of one request, sent again and again: with another key each time, or without one. */
export class Request {
  readonly bytes: Buffer
  readonly #keyAt: number

  constructor(path: string, keyed: 'with a key' | 'without a key') {
    const key = keyed === 'with a key' ? [`${FIELD}${'0'.repeat(KEY_LENGTH)}`] : []
    const head = [
      `POST ${path} HTTP/1.1`,
      'Host: 127.0.0.1',
      'User-Agent: bench',
      'Accept: application/json',
      'X-Account: acme',
      ...key,
      'Content-Type: application/json',
      `Content-Length: ${REQUEST_BYTES}`,
    ]
    this.bytes = Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
    this.#keyAt = this.bytes.indexOf(FIELD) + FIELD.length
  }

  /** Only once the answer to the last one is there: the bytes may be on their way until then. */
  setKey(prefix: string, n: number): void {
    const digits = String(n).padStart(KEY_LENGTH - prefix.length, '0')
    this.bytes.write(prefix + digits, this.#keyAt, 'latin1')
  }
}
