import type { ExitCode } from './exit-codes.ts'

/** A command's end that isn't success: one sentence for a human, and a code for a script. */
export class CommandError extends Error {
  readonly exitCode: ExitCode

  constructor(exitCode: ExitCode, sentence: string, options?: ErrorOptions) {
    super(sentence, options)
    this.exitCode = exitCode
  }
}
