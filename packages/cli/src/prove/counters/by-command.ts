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
      const printed = await runCommand('--count-cmd', script, { env, withinMs: COUNT_WITHIN_MS, say }).catch(
        hinted,
      )
      return numberIn('--count-cmd', printed, pointer)
    },
    close: async () => {},
  }
}

/** Who counts by `grep -c` learns it only by a key that has no effect yet. */
function hinted({ message }: Error): never {
  const hint =
    ' It must end with 0, even if it counts nothing: grep -c ends with 1 then, so write || true after it.'
  throw new Error(message.endsWith('ended with 1.') ? message + hint : message)
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
