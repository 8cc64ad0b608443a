import { createInterface } from 'node:readline/promises'
import type { WriteStream } from 'node:tty'
import { styleText } from 'node:util'
import type { Io, Output } from './io.ts'

export function processIo(): Io {
  return {
    stdout: outputTo(process.stdout),
    stderr: outputTo(process.stderr),
    env: process.env,
    interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    confirm,
    readStdin,
  }
}

function outputTo(stream: WriteStream): Output {
  let closed = false
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    closed = true
  })
  return {
    isTTY: stream.isTTY === true,
    get columns() {
      return stream.isTTY ? stream.columns : undefined
    },
    get closed() {
      return closed
    },
    write: (data) =>
      new Promise((resolve) => {
        if (closed) resolve()
        else stream.write(data, () => resolve())
      }),
    style: (style, text) => styleText(style, text, { stream }),
  }
}

async function confirm(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const gone = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)))
    const answer = await Promise.race([lines.question(`${question} [y/N] `), gone])
    // Ctrl-C and Ctrl-D leave the cursor behind the question.
    if (answer === undefined) process.stderr.write('\n')
    return /^\s*y(es)?\s*$/i.test(answer ?? '')
  } finally {
    lines.close()
  }
}

async function readStdin(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array)
  return Buffer.concat(chunks)
}
