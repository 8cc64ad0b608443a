import { parseArgs } from 'node:util'
import { count } from '../arguments.ts'
import { chosenCells, type HttpPlan, quick, whole } from './plan.ts'
import type { Origin } from './start.ts'

export interface HttpArguments {
  readonly do: 'measure' | 'profile' | 'help'
  readonly as: 'text' | 'json'
  readonly origin: Origin
  /** Get peers that are not there. */
  readonly fetch: boolean
  readonly plan: HttpPlan
}

export const HTTP_HELP = `npm run bench -- http [options]

  --quick          fewer and shorter rounds
  --only WORDS     groups (integrations, proxies), servers and requests at once, with commas: --only express-bare,express
  --source         from source, and not what npm run build has left
  --profile        where a request's CPU time goes, server beside server (the gateway and the bare undici proxy at 64 at
                   once, or what --only names)
  --fetch          get nginx (Debian's package, unpacked) and Restate (npm, 220 MB) into the cache folder where they are missing
  --rounds N       rounds
  --cell-ms N      how long each figure is measured in each round
  --json           the result as JSON on stdout
`

const PROFILED = ['undici-proxy', 'gateway', 'gateway-sqlite', '64']

/** @throws {TypeError | RangeError} that says what is wrong */
export function httpArgumentsIn(argv: readonly string[]): HttpArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: 'boolean', default: false },
      fetch: { type: 'boolean', default: false },
      source: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
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
    origin: values.source ? 'source' : 'dist',
    plan: {
      cells: chosenCells(words.length === 0 && values.profile ? PROFILED : words),
      rounds: count('--rounds', values.rounds) ?? effort.rounds,
      cellMs,
      warmUpMs: Math.min(effort.warmUpMs, cellMs),
    },
  }
}
