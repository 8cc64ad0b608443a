/** What came back for one request. */
export interface Answer {
  readonly status: number
  readonly replayed: boolean
  readonly body: Buffer
}

/**
 * The whole answer that these bytes are; `undefined` where there is more to come.
 * Only as much of HTTP/1.1 as servers use that answer a POST: a length, or chunks without trailers.
 * @throws where it is none, or more than one
 */
export function answerIn(bytes: Buffer): Answer | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const head = bytes.toString('latin1', 0, headEnd + 2)
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1])
  if (Number.isNaN(status)) throw new Error(`no answer of HTTP/1.1: ${head.slice(0, 80)}`)
  const body = bodyIn(head, bytes, headEnd + 4)
  return body && { status, replayed: /\r\nidempotent-replayed: true\r\n/i.test(head), body }
}

function bodyIn(head: string, bytes: Buffer, from: number): Buffer | undefined {
  if (/\r\ntransfer-encoding: chunked\r\n/i.test(head)) return chunkedBody(bytes, from)
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(head)?.[1]
  if (length === undefined) throw new Error(`neither a length nor chunks: ${head}`)
  return exactly(bytes, from, from + Number(length))
}

function exactly(bytes: Buffer, from: number, to: number): Buffer | undefined {
  if (bytes.length < to) return undefined
  if (bytes.length > to) throw new Error(`${bytes.length - to} bytes that nobody asked for`)
  return bytes.subarray(from, to)
}

function chunkedBody(bytes: Buffer, from: number): Buffer | undefined {
  const pieces: Buffer[] = []
  for (let at = from; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    if (Number.isNaN(size)) throw new Error('a chunk without a size')
    const begin = lineEnd + 2
    if (size === 0) return exactly(bytes, begin, begin + 2) && Buffer.concat(pieces)
    if (bytes.length < begin + size + 2) return undefined
    pieces.push(bytes.subarray(begin, begin + size))
    at = begin + size + 2
  }
}
