type Result = Readonly<Record<string, unknown>>

interface Reply {
  readonly id: number
  readonly result?: Result
  readonly error?: { readonly message: string }
}

/** A process that was started with `--inspect`, spoken to as a debugger does (Chrome's DevTools protocol). */
export class Inspector {
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, PromiseWithResolvers<Result>>()
  #ids = 0

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.onmessage = ({ data }) => this.#heard(JSON.parse(String(data)) as Reply)
    socket.onclose = () => {
      for (const { reject } of this.#waiting.values())
        reject(new Error('the process that is looked at ended'))
    }
  }

  static async connect(port: number): Promise<Inspector> {
    const answer = await fetch(`http://127.0.0.1:${port}/json/list`)
    const [target] = (await answer.json()) as [{ readonly webSocketDebuggerUrl: string }]
    const socket = new WebSocket(target.webSocketDebuggerUrl)
    await new Promise((resolve, reject) => {
      socket.onopen = resolve
      socket.onerror = () => reject(new Error(`no debugger's connection to port ${port}`))
    })
    return new Inspector(socket)
  }

  post(method: string, params: object = {}): Promise<Result> {
    const id = ++this.#ids
    const reply = Promise.withResolvers<Result>()
    this.#waiting.set(id, reply)
    this.#socket.send(JSON.stringify({ id, method, params }))
    return reply.promise
  }

  close(): void {
    this.#socket.close()
  }

  #heard({ id, result, error }: Reply): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error) waiting?.reject(new Error(error.message))
    else waiting?.resolve(result ?? {})
  }
}
