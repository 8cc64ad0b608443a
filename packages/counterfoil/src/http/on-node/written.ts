/** What `write` and `end` are given to call. */
export type Callback = (error?: Error | null) => void

/** As Node makes its own. */
export function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}

export function callbackIn(args: unknown[]): Callback | undefined {
  return args.find((arg): arg is Callback => typeof arg === 'function')
}

/** A copy, since whoever wrote it may use its memory again. */
export function bytesOf(chunk: unknown, encoding: unknown): Buffer {
  return typeof chunk === 'string'
    ? Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
    : Buffer.from(chunk as Uint8Array)
}
