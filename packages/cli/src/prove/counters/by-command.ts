import { runCommand } from '../run-command.ts'
import { COUNT_WITHIN_MS, type Counter, PLACE_OF_KEY } from './counter.ts'
import { numberIn } from './number-in.ts'

const KEY_VARIABLE = 'COUNTERFOIL_KEY'

/** Runs a command by `sh`. The key reaches it by the environment, so that no key can become a part of the command. */
export function counterByCommand(
  command: string,
  pointer: string | undefined,
  say: (line: string) => void,
): Counter {
  const script = withKeyAsVariable(command)
  return {
    count: async (key) => {
      const env = { ...process.env, [KEY_VARIABLE]: key }
      const printed = await runCommand('--count-cmd', script, { env, withinMs: COUNT_WITHIN_MS, say })
      return numberIn('--count-cmd', printed, pointer)
    },
    close: async () => {},
  }
}

/** `{key}` becomes the variable, in the way that `sh` reads it inside of single quotes, of double ones, and of none. */
function withKeyAsVariable(command: string): string {
  const inside = { none: `"$${KEY_VARIABLE}"`, double: `\${${KEY_VARIABLE}}`, single: `'"$${KEY_VARIABLE}"'` }
  let quotes: keyof typeof inside = 'none'
  let script = ''
  for (const [token] of command.matchAll(/\{key\}|\\.|['"]|[^\\'"{]+|./gs)) {
    if (token === "'" && quotes !== 'double') quotes = quotes === 'single' ? 'none' : 'single'
    if (token === '"' && quotes !== 'single') quotes = quotes === 'double' ? 'none' : 'double'
    // A backslash is only itself inside of single quotes.
    if (quotes === 'single' && token === "\\'") quotes = 'none'
    script += token === PLACE_OF_KEY ? inside[quotes] : token
  }
  return script
}
