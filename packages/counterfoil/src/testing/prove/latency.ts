import type { AnswerSummary } from './proof.ts'

export function latencyOf(latenciesMs: readonly number[]): AnswerSummary['latencyMs'] {
  const sorted = latenciesMs.toSorted((a, b) => a - b)
  if (sorted.length === 0) return null
  return {
    p50: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    p99: quantile(sorted, 0.99),
    max: quantile(sorted, 1),
  }
}

/** To the nearest rank, and a hundredth of a millisecond. */
export function quantile(sorted: readonly number[], part: number): number {
  return hundredths(sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] as number)
}

export function hundredths(ms: number): number {
  return Math.round(ms * 100) / 100
}
