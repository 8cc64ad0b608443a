const units: readonly (readonly [name: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
]

/** A span of time for a human, in its two largest units: `2h 5m`; finer below ten seconds. */
export function spanText(ms: number): string {
  if (!Number.isFinite(ms)) return '?'
  if (ms < 0) return `-${spanText(-ms)}`
  if (ms < 1000) return ms === 0 ? '0s' : `${Math.round(ms)}ms`
  if (ms < 10_000) return `${Number((ms / 1000).toFixed(1))}s`
  const seconds = Math.floor(ms / 1000) * 1000
  const at = units.findIndex(([, unit]) => seconds >= unit)
  const [name, unit] = units[at] ?? ['s', 1000]
  const next = units[at + 1]
  const rest = next === undefined ? 0 : Math.floor((seconds % unit) / next[1])
  return `${Math.floor(seconds / unit)}${name}${rest > 0 ? ` ${rest}${next?.[0]}` : ''}`
}

/** In whole numbers of its largest unit, for a column: `2h`. */
export function roughSpanText(ms: number): string {
  if (ms >= 0 && ms < 10_000) return `${Math.floor(ms / 1000)}s`
  return spanText(ms).split(' ')[0] ?? ''
}

/** ISO 8601 in UTC; a time that no calendar has is given as its number. */
export function timeText(ms: number): string {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString()
}

/** A time, and how far from now it is: `2026-05-01T10:00:00.000Z (2h ago)`. */
export function timeFromNow(ms: number, now: number): string {
  return `${timeText(ms)} (${fromNow(ms, now)})`
}

export function fromNow(ms: number, now: number): string {
  if (ms === now) return 'now'
  return ms < now ? `${spanText(now - ms)} ago` : `in ${spanText(ms - now)}`
}
