import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type Answer, answerIn } from './answer.ts'

/** One kept-alive connection with one request under way at a time; no HTTP library, which would cost as much as what is measured. */
export class Connection {
  readonly #socket: Socket
  #came: Buffer | undefined
  #waiting: PromiseWithResolvers<Answer> | undefined
  #ended: Error | undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (piece: Buffer) => this.#take(piece))
    socket.on('error', (error) => this.#end(error))
    socket.on('close', () => this.#end(new Error('the server closed the connection')))
  }

  static async open(port: number): Promise<Connection> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new Connection(socket)
  }

  exchange(request: Buffer): Promise<Answer> {
    if (this.#ended) return Promise.reject(this.#ended)
    this.#waiting = Promise.withResolvers<Answer>()
    this.#socket.write(request)
    return this.#waiting.promise
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(piece: Buffer): void {
    const waiting = this.#waiting
    this.#came = this.#came === undefined ? piece : Buffer.concat([this.#came, piece])
    try {
      if (waiting === undefined) throw new Error('bytes that nobody asked for')
      const answer = answerIn(this.#came)
      if (answer === undefined) return
      this.#came = undefined
      this.#waiting = undefined
      waiting.resolve(answer)
    } catch (error) {
      this.#end(error as Error)
    }
  }

  #end(error: Error): void {
    this.#ended ??= error
    this.#waiting?.reject(this.#ended)
    this.#socket.destroy()
  }
}
