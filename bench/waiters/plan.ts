import { parseArgs } from 'node:util'

export const waitedOn = ['sqlite', 'postgres', 'redis'] as const
export type WaitedOn = (typeof waitedOn)[number]

export interface WaitersPlan {
  readonly stores: readonly WaitedOn[]
  readonly processes: number
  /** On one key, over all processes. */
  readonly waiters: number
  /** Keys with `CALLERS_A_KEY` callers each. */
  readonly keys: number
  /** Long enough for every caller to have come, and half of it for the memory to be looked at. */
  readonly effectMs: number
}

export interface WaitersArguments {
  readonly do: 'measure' | 'help'
  readonly as: 'text' | 'json'
  readonly write: boolean
  readonly plan: WaitersPlan
}

export const WAITERS_HELP: string = `npm run bench -- waiters [options]

  --quick          400 waiters on a key, and 10 keys
  --only WORDS     stores, with commas: ${waitedOn.join(', ')}
  --json           the result as JSON on stdout
  --write          into docs/BENCHMARKS.md
`

/** @throws {TypeError | RangeError} that says what is wrong */
export function waitersArgumentsIn(argv: readonly string[]): WaitersArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
    },
  })
  const words = values.only.flatMap((text) => text.split(',')).filter((word) => word !== '')
  const unknown = words.find((word) => !(waitedOn as readonly string[]).includes(word))
  if (unknown !== undefined)
    throw new RangeError(`--only ${unknown}: there is no such store; there are ${waitedOn.join(', ')}`)
  return {
    do: values.help ? 'help' : 'measure',
    as: values.json ? 'json' : 'text',
    write: values.write,
    plan: {
      stores: waitedOn.filter((store) => words.length === 0 || words.includes(store)),
      processes: 4,
      ...(values.quick
        ? { waiters: 400, keys: 10, effectMs: 1000 }
        : { waiters: 10_000, keys: 200, effectMs: 3000 }),
    },
  }
}
