import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { addDesign } from './design/index.ts'
import type { Ended } from './exit-codes.ts'
import { addGateway } from './gateway/index.ts'
import { exitCodesOf } from './help.ts'
import type { Io } from './io.ts'
import { addProve } from './prove/index.ts'
import { addReceipts } from './receipts/index.ts'
import { visible } from './terminal/visible.ts'

/**
 * Every command with its options, and nothing loaded yet of what they do: an action imports its command when it
 * runs, so that `--help` stays quick.
 */
export function createProgram(io: Io, ended: Ended): Command {
  const program = new Command('counterfoil')
    .description(
      'Idempotency receipts: a gateway that makes them, verbs to find, see, settle and release them, and the proof that they hold.',
    )
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      outputError: (text, write) => write(`${io.stderr.style('red', 'counterfoil:')} ${sentence(text)}\n`),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
      // The styles below see for themselves whether colours are wanted.
      getOutHasColors: () => true,
      getErrHasColors: () => true,
    })
    .configureHelp({
      styleTitle: (text) => io.stdout.style('bold', text),
      styleOptionTerm: (text) => io.stdout.style('cyan', text),
      styleSubcommandTerm: (text) => io.stdout.style('cyan', text),
      styleArgumentTerm: (text) => io.stdout.style('cyan', text),
    })
    .addHelpText('afterAll', ({ error, command }) => (error ? '' : exitCodesText(command, io)))
  addReceipts(program, io, ended)
  addGateway(program, io, ended)
  addDesign(program, io, ended)
  addProve(program, io, ended)
  return program
}

function exitCodesText(command: Command, io: Io): string {
  const lines = exitCodesOf(command).map(([code, meaning]) => `  ${String(code).padEnd(4)} ${meaning}`)
  return `\n${io.stdout.style('bold', 'Exit codes:')}\n${lines.join('\n')}`
}

/** Commander's message as ours are: one line, told by the program. What the user typed comes back in it. */
function sentence(text: string): string {
  const line = text
    .trim()
    .replace(/^error: /, '')
    .replaceAll('\n', ' ')
  return `${visible(line)}${/[.)?]$/.test(line) ? '' : '.'}`
}

function version(): string {
  const text = readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
