import { type ExitCode, exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'

/**
 * Runs what ends in order once its signal fires, as Ctrl-C and SIGTERM make it. A second one ends the program at once,
 * as if nobody listened.
 */
export async function interruptible(
  io: Io,
  run: (signal: AbortSignal) => Promise<ExitCode>,
): Promise<ExitCode> {
  const interrupt = new AbortController()
  const stop = (): void => {
    leave()
    interrupt.abort()
    void io.stderr.write(
      `${io.stderr.isTTY ? '\n' : ''}counterfoil: stopping, and then telling what was shown; once more ends it at once.\n`,
    )
  }
  const leave = (): void => {
    for (const name of signals) process.off(name, stop)
  }
  for (const name of signals) process.on(name, stop)
  try {
    const code = await run(interrupt.signal)
    return interrupt.signal.aborted ? exitCodes.interrupted : code
  } finally {
    leave()
  }
}

const signals = ['SIGINT', 'SIGTERM'] as const
