/** A figure over the rounds. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  return { median: at(sorted, 0.5), min: at(sorted, 0), max: at(sorted, 1) }
}

/** The smallest value that at least this share of all is no larger than; of an even count the median is the lower one. */
export function percentile(values: readonly number[], share: number): number {
  return at(
    [...values].sort((a, b) => a - b),
    share,
  )
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}
