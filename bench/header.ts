import type { Machine } from './machine.ts'

/** What was measured, where and when. */
export function header(of: Machine, command: string, payload: string): string {
  const lines = [
    ['command', command],
    ['date', of.date],
    ['machine', of.machine],
    ['versions', `Node ${of.node}, SQLite ${of.sqlite}`],
    ['load before', of.loadBefore],
    ['disk', of.disk],
    ['payload', payload],
  ] as const
  return lines.map(([what, which]) => `${what.padEnd(12)} ${which}`).join('\n')
}
