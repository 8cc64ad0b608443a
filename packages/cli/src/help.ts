import type { Command } from 'commander'
import { commonExitCodes, type ExitCodeMeanings, programExitCodes } from './exit-codes.ts'
import type { Io } from './io.ts'
import { wrapped } from './terminal/wrapped.ts'

/** What a command's help says beyond its options. The reference page is made from the same words. */
export interface HelpNotes {
  readonly notes?: readonly string[]
  readonly examples: readonly (readonly [what: string, commandLine: string])[]
  /** Its own and those of the commands below it; the common ones are added. */
  readonly exitCodes?: ExitCodeMeanings
}

const notesOf: WeakMap<Command, HelpNotes> = new WeakMap()

export function addHelp(command: Command, io: Io, help: HelpNotes): Command {
  notesOf.set(command, help)
  return command.addHelpText('after', () => {
    const bold = (text: string) => io.stdout.style('bold', text)
    const notes = (help.notes ?? []).map((note) => wrapped(note, Math.min(io.stdout.columns ?? 100, 100)))
    const examples = help.examples.map(
      ([what, line]) => `  ${io.stdout.style('dim', `# ${what}`)}\n  ${line}`,
    )
    return `\n${[...notes, `${bold('Examples:')}\n${examples.join('\n')}`].join('\n\n')}`
  })
}

export function helpOf(command: Command): HelpNotes | undefined {
  return notesOf.get(command)
}

export function exitCodesOf(command: Command): ExitCodeMeanings {
  const own = helpOf(command)?.exitCodes
  if (own !== undefined) return [...own, ...commonExitCodes]
  return command.parent === null ? [...programExitCodes, ...commonExitCodes] : exitCodesOf(command.parent)
}
