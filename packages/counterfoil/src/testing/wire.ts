import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { ByteReader, PATIENCE_MS } from './byte-reader.ts'
import { ContractViolation } from './violation.ts'

/** Field lines as they stand on the wire: in their order and spelling, repeated where they were. */
export type WireLines = readonly (readonly [name: string, value: string])[]

export interface WireHead {
  readonly statusLine: string
  readonly status: number
  readonly lines: WireLines
}

export interface WireResponse extends WireHead {
  /** The 1xx heads that came before it. */
  readonly before: readonly WireHead[]
  readonly framing: 'none' | 'length' | 'chunked' | 'until_close'
  readonly body: Buffer
  readonly sha256: string
  readonly trailers: WireLines
}

/** One connection, and HTTP/1.1 on it as bytes: nothing is added, joined, sorted or decoded. */
export class Wire {
  readonly #socket: Socket
  readonly #reader: ByteReader

  private constructor(socket: Socket, patienceMs: number) {
    this.#socket = socket
    this.#reader = new ByteReader(socket, patienceMs)
  }

  static async open(port: number): Promise<Wire> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return Wire.over(socket)
  }

  /** On a connection that is there. @param patienceMs how long it waits for each byte that is owed */
  static over(socket: Socket, patienceMs: number = PATIENCE_MS): Wire {
    return new Wire(socket, patienceMs)
  }

  write(bytes: string | Uint8Array): void {
    this.#socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
  }

  /** A head, whether of a final response or not. @throws {ContractViolation} where it is none */
  async head(): Promise<WireHead> {
    const statusLine = await this.#reader.line()
    const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(statusLine)?.[1]
    if (status === undefined) throw new ContractViolation(`no status line: ${JSON.stringify(statusLine)}`)
    return { statusLine, status: Number(status), lines: await this.#lines() }
  }

  /** The next response, whole. @param method of its request: to `HEAD` no body comes */
  async response(method = 'POST'): Promise<WireResponse> {
    const before: WireHead[] = []
    let head = await this.head()
    while (head.status < 200) {
      before.push(head)
      head = await this.head()
    }
    const framing = framingOf(head, method)
    const { body, trailers } = await this.#body(framing, head)
    return {
      ...head,
      before,
      framing,
      body,
      sha256: createHash('sha256').update(body).digest('hex'),
      trailers,
    }
  }

  /** Whatever bytes have come by now, and at least one. */
  some(): Promise<Buffer> {
    return this.#reader.some()
  }

  /** It may carry another request: it stands, and nothing has come that nobody asked for. */
  get idle(): boolean {
    return !this.#reader.ended && this.#reader.empty && this.#socket.writable
  }

  /** Leaves without a word, as a caller does whose process has died. */
  leave(): void {
    this.#socket.destroy()
  }

  async #body(
    framing: WireResponse['framing'],
    { lines }: WireHead,
  ): Promise<{ body: Buffer; trailers: WireLines }> {
    if (framing === 'none') return { body: Buffer.alloc(0), trailers: [] }
    if (framing === 'until_close') return { body: await this.#reader.rest(), trailers: [] }
    if (framing === 'chunked') return this.#chunked()
    return {
      body: await this.#reader.take(lengthIn(fieldOf({ lines }, 'content-length'), /^\d+$/, 10)),
      trailers: [],
    }
  }

  async #chunked(): Promise<{ body: Buffer; trailers: WireLines }> {
    const chunks: Buffer[] = []
    for (;;) {
      const size = lengthIn(await this.#reader.line(), /^[\da-f]+(?=\s*(?:;|$))/i, 16)
      if (size === 0) return { body: Buffer.concat(chunks), trailers: await this.#lines() }
      chunks.push(await this.#reader.take(size))
      await this.#reader.line()
    }
  }

  async #lines(): Promise<WireLines> {
    const lines: [string, string][] = []
    for (let line = await this.#reader.line(); line !== ''; line = await this.#reader.line()) {
      const at = line.indexOf(':')
      lines.push([line.slice(0, at), line.slice(at + 1).trim()])
    }
    return lines
  }
}

/** The value of the first field line of this name (given in lower case). */
export function fieldOf({ lines }: Pick<WireHead, 'lines'>, name: string): string | undefined {
  return lines.find(([of]) => of.toLowerCase() === name)?.[1]
}

/** @throws {ContractViolation} for what is no length of a body, or of a chunk */
function lengthIn(text: string | undefined, form: RegExp, radix: number): number {
  const digits = form.exec(text ?? '')?.[0]
  if (digits === undefined) throw new ContractViolation(`no length: ${JSON.stringify(text)}`)
  return Number.parseInt(digits, radix)
}

/** RFC 9112, section 6.3. */
function framingOf(head: WireHead, method: string): WireResponse['framing'] {
  if (method === 'HEAD' || head.status === 204 || head.status === 304) return 'none'
  if (fieldOf(head, 'transfer-encoding')?.toLowerCase() === 'chunked') return 'chunked'
  return fieldOf(head, 'content-length') === undefined ? 'until_close' : 'length'
}
