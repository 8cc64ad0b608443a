/** ISO 8601 and SQL, and the dates of HTTP and e-mail. */
const written =
  /\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?( ?(Z|UTC|[+-]\d\d:?\d\d))?)?|(\w{3}, )?\d\d? \w{3} \d{4} \d\d:\d\d(:\d\d)?( (GMT|UTC|[+-]\d{4}))?/g

const A_DAY_MS = 86_400_000

/** In seconds, milliseconds, microseconds and nanoseconds since 1970. */
const unitsMs = [1000, 1, 1e-3, 1e-6]

/** A text without the times of day that stand in it, and without the numbers that are a time of about now. */
export function withoutTimes(text: string): string {
  return text.replaceAll(written, '').replaceAll(/\d{10,}/g, (digits) => (isAboutNow(digits) ? '' : digits))
}

export function isAboutNow(digits: string): boolean {
  return unitsMs.some((unitMs) => Math.abs(Number(digits) * unitMs - Date.now()) < A_DAY_MS)
}
