/** Times on an axis, in the units of the drawing. */
export interface Scale {
  at(ms: number): number
  readonly ticks: readonly number[]
}

const steps = [1, 2, 5, 10] as const

/** From 0 to at least `mostMs`, with about `wanted` ticks at round numbers. */
export function scaleTo(mostMs: number, { from, to, wanted = 6 }: ScaleTerms): Scale {
  const most = Math.max(mostMs, 0.1)
  const rough = most / wanted
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = (steps.find((each) => each * power >= rough) ?? 10) * power
  const end = Math.ceil(most / step - 1e-9) * step
  const count = Math.round(end / step)
  return {
    at: (ms) => from + (Math.min(Math.max(ms, 0), end) / end) * (to - from),
    ticks: Array.from({ length: count + 1 }, (_, at) => at * step),
  }
}

interface ScaleTerms {
  readonly from: number
  readonly to: number
  readonly wanted?: number
}

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
