import type { Io, Output } from '../../src/io.ts'

export interface TestIo extends Io {
  readonly out: () => string
  readonly err: () => string
  readonly outBytes: () => Uint8Array
  readonly questions: string[]
}

export interface TestIoOptions {
  readonly columns?: number
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
  /** What the operator answers; with none, nobody is there. */
  readonly answer?: boolean
  /** Runs while the question stands. */
  readonly meanwhile?: () => Promise<unknown>
  /** The reader goes away after so many writes. */
  readonly closesAfter?: number
}

export function testIo(options: TestIoOptions = {}): TestIo {
  const stdout = recording(options)
  const stderr = recording({ ...options, closesAfter: Number.POSITIVE_INFINITY })
  const questions: string[] = []
  return {
    stdout: stdout.output,
    stderr: stderr.output,
    env: options.env ?? {},
    interactive: options.answer !== undefined,
    confirm: async (question) => {
      questions.push(question)
      await options.meanwhile?.()
      return options.answer === true
    },
    readStdin: async () => Buffer.from(options.stdin ?? ''),
    out: () => Buffer.from(stdout.bytes()).toString('utf8'),
    err: () => Buffer.from(stderr.bytes()).toString('utf8'),
    outBytes: stdout.bytes,
    questions,
  }
}

function recording({ columns, closesAfter = Number.POSITIVE_INFINITY }: TestIoOptions): {
  output: Output
  bytes: () => Uint8Array
} {
  const chunks: Uint8Array[] = []
  const output: Output = {
    isTTY: columns !== undefined,
    columns,
    get closed() {
      return chunks.length >= closesAfter
    },
    write: async (data) => {
      chunks.push(typeof data === 'string' ? Buffer.from(data) : data)
    },
    style: (_style, text) => text,
  }
  return { output, bytes: () => Buffer.concat(chunks) }
}
