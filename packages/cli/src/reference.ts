import type { Argument, Command, Option } from 'commander'
import { exitCodesOf, helpOf } from './help.ts'
import type { Io, Output } from './io.ts'
import { createProgram } from './program.ts'

/** The reference page: every command with its arguments, options and examples, from the definitions themselves. */
export function cliReference(): string {
  const program = createProgram(nobody, () => {})
  const verbs = program.commands.flatMap((group) => [group, ...group.commands])
  return [
    '# The `counterfoil` command',
    '<!-- Made from the command itself by `npm run cli-reference -- --update`. Edit the definitions, not this page. -->',
    program.description(),
    ...verbs.map(section),
    '## Exit codes and errors',
    'Each command says above what its exit codes mean. An error is one sentence on stderr that starts with `counterfoil:`. With `COUNTERFOIL_DEBUG=1` its stack follows.\nColours are left out where output is not a terminal, and where `NO_COLOR` is set.',
  ]
    .join('\n\n')
    .concat('\n')
}

function section(command: Command): string {
  const help = helpOf(command)
  const title = `${command.parent?.parent ? '###' : '##'} counterfoil ${path(command)}`
  return [
    title,
    command.description(),
    ...(command.commands.length > 0
      ? []
      : [usage(command), ...argumentsTable(command), ...optionsTables(command)]),
    ...(help?.notes ?? []),
    ...(help === undefined ? [] : [examples(help.examples)]),
    ...(help?.exitCodes === undefined ? [] : [exitCodesTable(command)]),
  ].join('\n\n')
}

function path(command: Command): string {
  const above = command.parent?.parent ? `${path(command.parent)} ` : ''
  return `${above}${command.name()}`
}

function usage(command: Command): string {
  return `\`\`\`\ncounterfoil ${path(command)} ${command.usage()}\n\`\`\``
}

function argumentsTable(command: Command): readonly string[] {
  const rows = command.registeredArguments.map((argument: Argument) => [
    `\`${argument.name()}\``,
    argument.description,
  ])
  return rows.length === 0 ? [] : [table(['argument', 'meaning'], rows)]
}

/** One table for each group of options, under the heading that the help gives it. */
function optionsTables(command: Command): readonly string[] {
  const groups = Map.groupBy(command.options, ({ helpGroupHeading }) => helpGroupHeading ?? 'Options:')
  return [...groups].map(([heading, options]) => {
    const rows = options.map((option) => [`\`${option.flags}\``, meaning(option)])
    return table([heading === 'Options:' ? 'option' : heading.replace(/:$/, ''), 'meaning'], rows)
  })
}

function meaning({ description, argChoices, defaultValue, mandatory }: Option): string {
  const details = [
    ...(argChoices ? [`one of ${argChoices.map((choice) => `\`${choice}\``).join(', ')}`] : []),
    ...(defaultValue === undefined ? [] : [`default: ${defaultValue}`]),
    ...(mandatory ? ['required'] : []),
  ]
  // Outside code, Markdown would take <name> for a tag.
  const words = description.replaceAll('<', '\\<')
  return details.length === 0 ? words : `${words} (${details.join('; ')})`
}

function exitCodesTable(command: Command): string {
  return table(
    ['exit code', 'meaning'],
    exitCodesOf(command).map(([code, meaning]) => [String(code), meaning]),
  )
}

function examples(lines: readonly (readonly [what: string, commandLine: string])[]): string {
  return `\`\`\`sh\n${lines.map(([what, line]) => `# ${what}\n${line}`).join('\n')}\n\`\`\``
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n')
}

const silent: Output = {
  isTTY: false,
  columns: undefined,
  closed: false,
  write: async () => {},
  style: (_style, text) => text,
}

const nobody: Io = {
  stdout: silent,
  stderr: silent,
  env: {},
  interactive: false,
  confirm: async () => false,
  readStdin: async () => new Uint8Array(),
}
