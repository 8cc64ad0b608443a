import { CommanderError } from 'commander'
import { CommandError } from './command-error.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import type { Io } from './io.ts'
import { createProgram } from './program.ts'
import { visible } from './terminal/visible.ts'

/** The whole command: its arguments in, its exit code out. Never throws. */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.ok
  try {
    const program = createProgram(io, (code) => {
      exitCode = code
    })
    await program.parseAsync([...argv], { from: 'user' })
    return exitCode
  } catch (error) {
    return await explain(error, io)
  }
}

/** Commander has printed its own errors by now, through the program's output. */
async function explain(error: unknown, io: Io): Promise<ExitCode> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  const exitCode = exitCodeOf(error)
  const message = error instanceof Error ? error.message : String(error)
  const sentence =
    exitCode === exitCodes.internal
      ? `unexpected error: ${message}; COUNTERFOIL_DEBUG=1 shows where, please report it.`
      : message
  await io.stderr.write(`${io.stderr.style('red', 'counterfoil:')} ${visible(sentence)}\n`)
  if (io.env.COUNTERFOIL_DEBUG === '1' && error instanceof Error && error.stack) {
    await io.stderr.write(`${error.stack}\n`)
  }
  return exitCode
}

/** The library's errors by their stable code, so that the library needn't be loaded to tell a usage error. */
const exitCodesOfErrors: Readonly<Record<string, ExitCode>> = {
  store_unavailable: exitCodes.unavailable,
  store_full: exitCodes.refused,
  store_url_invalid: exitCodes.usage,
  option_invalid: exitCodes.usage,
  key_invalid: exitCodes.usage,
  scope_invalid: exitCodes.usage,
  outcome_unreadable: exitCodes.refused,
}

function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommandError) return error.exitCode
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return Object.hasOwn(exitCodesOfErrors, code)
    ? (exitCodesOfErrors[code] ?? exitCodes.internal)
    : exitCodes.internal
}
