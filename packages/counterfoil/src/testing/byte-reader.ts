import type { Socket } from 'node:net'
import { ContractViolation } from './violation.ts'

/** How long a suite waits for a byte that a service owes it. */
export const PATIENCE_MS = 15_000

/** What a connection has received, taken piece by piece. */
export class ByteReader {
  #held: Buffer = Buffer.alloc(0)
  #ended = false
  #broken: Error | undefined
  readonly #patienceMs: number
  #wake: (() => void) | undefined

  constructor(socket: Socket, patienceMs: number) {
    this.#patienceMs = patienceMs
    socket.on('data', (chunk) => {
      this.#held = Buffer.concat([this.#held, chunk])
      this.#wake?.()
    })
    socket.on('error', (error) => {
      this.#broken = error
    })
    for (const event of ['end', 'close'] as const) {
      socket.on(event, () => {
        this.#ended = true
        this.#wake?.()
      })
    }
  }

  get ended(): boolean {
    return this.#ended
  }

  get empty(): boolean {
    return this.#held.length === 0
  }

  /** Without its line break. */
  async line(): Promise<string> {
    while (!this.#held.includes('\r\n')) await this.#more('a line')
    const at = this.#held.indexOf('\r\n')
    const line = this.#held.toString('latin1', 0, at)
    this.#held = this.#held.subarray(at + 2)
    return line
  }

  async take(length: number): Promise<Buffer> {
    while (this.#held.length < length) await this.#more(`${length} bytes`)
    const taken = Buffer.from(this.#held.subarray(0, length))
    this.#held = this.#held.subarray(length)
    return taken
  }

  /** Whatever has come by now, and at least one byte. */
  async some(): Promise<Buffer> {
    while (this.#held.length === 0) await this.#more('a byte')
    return this.take(this.#held.length)
  }

  /** Everything until the connection ends. @throws {ContractViolation} where it was reset */
  async rest(): Promise<Buffer> {
    while (!this.#ended) await this.#next('the end of the connection')
    if (this.#broken) throw brokenOff(`was reset: ${this.#broken.message}`)
    return this.take(this.#held.length)
  }

  async #more(what: string): Promise<void> {
    if (this.#ended) throw brokenOff(`ended where ${what} was due, after ${this.#held.length} bytes`)
    await this.#next(what)
  }

  #next(what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new ContractViolation(`${what} did not come within ${this.#patienceMs} ms`)),
        this.#patienceMs,
      )
      this.#wake = () => {
        clearTimeout(timer)
        this.#wake = undefined
        resolve()
      }
    })
  }
}

function brokenOff(how: string): ContractViolation {
  return new ContractViolation(`the connection ${how}`)
}
