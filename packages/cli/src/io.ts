import type { styleText } from 'node:util'

export type Style = Parameters<typeof styleText>[0]

/** One of the two streams that a command writes to. */
export interface Output {
  readonly isTTY: boolean
  /** `undefined` where nobody looks: then nothing is cut to fit. */
  readonly columns: number | undefined
  /** The reader has gone (`| head`): what is written now is dropped, and whoever writes much should stop. */
  readonly closed: boolean
  /** Fulfilled once it is passed on, so that a long list never piles up in memory. */
  write(data: string | Uint8Array): Promise<void>
  /** Coloured only where colours are wanted. */
  style(style: Style, text: string): string
}

/** Everything that a command has of the outside, apart from the store. */
export interface Io {
  readonly stdout: Output
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
  /** Whether somebody sits there who can answer a question. */
  readonly interactive: boolean
  /** Asked on stderr; anything but a clear yes is a no. */
  confirm(question: string): Promise<boolean>
  readStdin(): Promise<Uint8Array>
}
