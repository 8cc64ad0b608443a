export type Flag = readonly [name: string, value: string]

/** One to a line, as it is pasted into a shell. */
export function commandText(command: string, flags: readonly Flag[]): string {
  return [command, ...flags.map(([name, value]) => `  ${name} ${shellQuoted(value)}`)].join(' \\\n')
}

/** Quoted where a POSIX shell would take it for something else. */
export function shellQuoted(text: string): string {
  return /^[A-Za-z0-9_./:=,@+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
