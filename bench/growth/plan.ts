import { parseArgs } from 'node:util'
import { type GrownStore, grownStores } from './stores.ts'

export interface GrowthPlan {
  readonly stores: readonly GrownStore[]
  readonly sizes: readonly number[]
  readonly rounds: number
  /** First-time calls to a round and size: few, since each of them is a receipt more. */
  readonly calls: number
  /** Receipts for the sweep. */
  readonly due: number
}

export interface GrowthArguments {
  readonly do: 'measure' | 'help'
  readonly as: 'text' | 'json'
  readonly write: boolean
  readonly plan: GrowthPlan
}

const DEFAULT_MOST = 1_000_000

export const GROWTH_HELP: string = `npm run bench -- growth [options]

  --most N         the most receipts (default 1,000,000; 5,000,000 take 12 GB of disk or of memory)
  --quick          100, 1,000 and 5,000 receipts
  --only WORDS     stores, with commas: ${grownStores.join(', ')}
  --json           the result as JSON on stdout
  --write          into docs/BENCHMARKS.md
`

/** @throws {TypeError | RangeError} that says what is wrong */
export function growthArgumentsIn(argv: readonly string[]): GrowthArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      most: { type: 'string' },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
    },
  })
  const words = values.only.flatMap((text) => text.split(',')).filter((word) => word !== '')
  const unknown = words.find((word) => !(grownStores as readonly string[]).includes(word))
  if (unknown !== undefined)
    throw new RangeError(`--only ${unknown}: there is no such store; there are ${grownStores.join(', ')}`)
  const most = mostIn(values.most)
  const effort = values.quick
    ? { sizes: [100, 1_000, 5_000], rounds: 2, calls: 100, due: 500 }
    : {
        sizes: [...[10_000, 1_000_000].filter((size) => size < most), most],
        rounds: 9,
        calls: 1_500,
        due: 20_000,
      }
  return {
    do: values.help ? 'help' : 'measure',
    as: values.json ? 'json' : 'text',
    write: values.write,
    plan: {
      stores: grownStores.filter((store) => words.length === 0 || words.includes(store)),
      ...effort,
    },
  }
}

function mostIn(text: string | undefined): number {
  if (text === undefined) return DEFAULT_MOST
  const most = Number(text.replaceAll(',', '').replaceAll('_', ''))
  if (!Number.isSafeInteger(most) || most < 10_000)
    throw new RangeError(`--most ${text}: give a number of receipts, at least 10,000`)
  return most
}
