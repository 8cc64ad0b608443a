import type { Machine } from './machine.ts'
import type { ServerFacts } from './servers/facts.ts'

/** What was measured, where and when. */
export function header(
  of: Machine,
  command: string,
  payload: string,
  servers: readonly ServerFacts[] = [],
): string {
  return headerLines(of, command, payload, servers)
    .map(([what, which]) => `${what.padEnd(12)} ${which}`)
    .join('\n')
}

export function headerLines(
  of: Machine,
  command: string,
  payload: string,
  servers: readonly ServerFacts[],
): readonly (readonly [what: string, which: string])[] {
  return [
    ['command', command],
    ['date', of.date],
    ['machine', of.machine],
    ['versions', `Node ${of.node}, SQLite ${of.sqlite}`],
    ...servers.map(({ name, says }) => [name, says] as const),
    ['load before', of.loadBefore],
    ['disk', of.disk],
    ['payload', payload],
  ]
}
