import { parseArgs } from 'node:util'
import { chosen, type Plan, quick, whole } from './plan.ts'

export interface Arguments {
  readonly do: 'measure' | 'profile' | 'help'
  readonly as: 'text' | 'json'
  /** Get those that this repository doesn't bring. */
  readonly fetch: boolean
  /** Into docs/BENCHMARKS.md. */
  readonly write: boolean
  readonly plan: Plan
}

export const HELP = `npm run bench -- [options]             what a call costs
npm run bench -- growth [options]      a call among many receipts; the sweep
npm run bench -- waiters [options]     many callers on a key, in several processes
npm run bench -- http [options]        a request over HTTP

  --quick          fewer and shorter rounds: about a minute, and says little
  --only WORDS     workloads, contenders and calls at once, with commas: --only sqlite,by-hand,first-time,64
  --profile        where the CPU time of a first-time call goes (memory, or the contender that --only names)
  --rounds N       rounds
  --cell-ms N      how long each figure is measured in each round
  --fetch          with Restate, installed where it is missing
  --json           the result as JSON on stdout
  --write          into docs/BENCHMARKS.md
`

/** @throws {TypeError | RangeError} that says what is wrong */
export function argumentsIn(argv: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      fetch: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      'cell-ms': { type: 'string' },
    },
  })
  const effort = values.quick ? quick : whole
  const words = values.only.flatMap((text) => text.split(',')).filter((word) => word !== '')
  const cellMs = count('--cell-ms', values['cell-ms']) ?? effort.cellMs
  return {
    do: values.help ? 'help' : values.profile ? 'profile' : 'measure',
    as: values.json ? 'json' : 'text',
    fetch: values.fetch,
    write: values.write,
    plan: {
      ...chosen(words),
      rounds: count('--rounds', values.rounds) ?? effort.rounds,
      cellMs,
      warmUpMs: Math.min(effort.warmUpMs, cellMs),
    },
  }
}

export function count(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new RangeError(`${option} ${text}: give a whole number, at least 1`)
  return Number(text)
}
