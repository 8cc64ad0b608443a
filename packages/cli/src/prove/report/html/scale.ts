/** Times on an axis, in the units of the drawing. */
export interface Scale {
  at(ms: number): number
  readonly ticks: readonly number[]
}

const steps = [1, 2, 5, 10] as const

interface ScaleTerms {
  readonly from: number
  readonly to: number
  /** How many ticks there should be about. */
  readonly wanted?: number
}

/** From a round number at most `leastMs` to one of at least `mostMs`, with ticks at round numbers. */
export function scaleOver(leastMs: number, mostMs: number, { from, to, wanted = 6 }: ScaleTerms): Scale {
  const rough = Math.max(mostMs - leastMs, 0.1) / wanted
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = (steps.find((each) => each * power >= rough) ?? 10) * power
  const first = Math.floor(leastMs / step + EPSILON)
  const last = Math.max(Math.ceil(mostMs / step - EPSILON), first + 1)
  const within = (ms: number) => Math.min(Math.max(ms / step, first), last)
  return {
    at: (ms) => from + ((within(ms) - first) / (last - first)) * (to - from),
    ticks: Array.from({ length: last - first + 1 }, (_, at) => (first + at) * step),
  }
}

/** What binary fractions lose, so that 0.3 in steps of 0.1 are three steps. */
const EPSILON = 1e-9

/** A tick in the unit of the whole axis, so that ticks can be compared at a look. */
export function tickText(ms: number, ticks: readonly number[]): string {
  const most = ticks.at(-1) ?? 0
  const value = most >= 2000 ? ms / 1000 : ms
  const unit = most >= 2000 ? 's' : 'ms'
  return `${Number(value.toPrecision(6))}${ms === most ? ` ${unit}` : ''}`
}

/** A coordinate: no more digits than a printer can show. */
export function xy(value: number): string {
  return String(Number(value.toFixed(2)))
}
