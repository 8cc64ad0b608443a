/** A measured span, in one line, where the whole counts are run. */
export function figure(what: string, spansMs: readonly number[]): void {
  if (process.env.COUNTERFOIL_SOAK !== '1') return
  const sorted = spansMs.toSorted((a, b) => a - b)
  const [median, most] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)]
  process.stdout.write(`${what}: median ${median} ms, at most ${most} ms, of ${sorted.length}\n`)
}
