/** How a command ends, for scripts. The numbers from 64 up are those of `sysexits.h`, and 130 is a shell's for Ctrl-C. */
export const exitCodes = {
  ok: 0,
  refused: 1,
  broken: 1,
  usage: 2,
  notFound: 3,
  notShown: 3,
  ambiguous: 4,
  unavailable: 69,
  internal: 70,
  oldNode: 78,
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

export type ExitCodeMeanings = readonly (readonly [code: ExitCode, meaning: string])[]

/** What a code means depends on the command: printed by its `--help`, and in the reference. */
export const receiptsExitCodes: ExitCodeMeanings = [
  [exitCodes.ok, 'done'],
  [exitCodes.refused, 'refused: the receipt does not allow it, or you answered no; nothing was changed'],
  [exitCodes.usage, 'usage: an option or argument is missing or wrong'],
  [exitCodes.notFound, 'not found: no such receipt, or it keeps no such thing'],
  [exitCodes.ambiguous, 'ambiguous: several receipts fit'],
  [exitCodes.unavailable, 'the store is not there, or cannot be read or written'],
]

export const gatewayExitCodes: ExitCodeMeanings = [
  [exitCodes.ok, 'told to end, and ended in order'],
  [exitCodes.usage, 'usage: a flag or a setting is missing or wrong'],
  [
    exitCodes.unavailable,
    'the store is not there or can’t keep its promise, or the address can’t be listened on',
  ],
]

export const proveExitCodes: ExitCodeMeanings = [
  [exitCodes.ok, 'held: everything that was asked for'],
  [exitCodes.broken, 'broken: a promise was seen to be broken'],
  [exitCodes.usage, 'usage: an option is missing or wrong, or the target has an address other than loopback'],
  [
    exitCodes.notShown,
    'not shown: nothing was seen to be broken, but something asked for could not be measured',
  ],
  [exitCodes.unavailable, 'the target is not there, or a report cannot be written'],
  [exitCodes.interrupted, 'interrupted: what was shown until then is reported'],
]

export const designExitCodes: ExitCodeMeanings = [
  [exitCodes.ok, 'the design is written'],
  [exitCodes.refused, 'the answers do not fit each other: no design is written'],
  [exitCodes.usage, 'usage: an answer is missing or wrong, or there is nobody to ask'],
  [exitCodes.unavailable, 'the design can’t be written where it is to go'],
  [exitCodes.interrupted, 'interrupted: nothing is written'],
]

/** Of every command. */
export const commonExitCodes: ExitCodeMeanings = [
  [exitCodes.internal, 'a defect in counterfoil itself'],
  [exitCodes.oldNode, 'Node is too old'],
]

/** Of the program by itself, which says no more than its commands have in common. */
export const programExitCodes: ExitCodeMeanings = [
  [exitCodes.ok, 'done'],
  [exitCodes.usage, 'usage: a command, an option or an argument is missing or wrong'],
]

/** How a command's action reports its end. */
export type Ended = (exitCode: ExitCode) => void
