/** How a command ends, for scripts. The numbers from 64 up are those of `sysexits.h`. */
export const exitCodes = {
  ok: 0,
  refused: 1,
  usage: 2,
  notFound: 3,
  ambiguous: 4,
  unavailable: 69,
  internal: 70,
  oldNode: 78,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** Printed by every `--help`, and in the reference. */
export const exitCodeMeanings: readonly (readonly [code: ExitCode, meaning: string])[] = [
  [exitCodes.ok, 'done'],
  [exitCodes.refused, 'refused: the receipt does not allow it, or you answered no; nothing was changed'],
  [exitCodes.usage, 'usage: an option or argument is missing or wrong'],
  [exitCodes.notFound, 'not found: no such receipt, or it keeps no such thing'],
  [exitCodes.ambiguous, 'ambiguous: several receipts fit'],
  [exitCodes.unavailable, 'the store is not there, or cannot be read or written'],
  [exitCodes.internal, 'a defect in counterfoil itself'],
  [exitCodes.oldNode, 'Node is too old'],
]

/** How a command's action reports its end. */
export type Ended = (exitCode: ExitCode) => void
