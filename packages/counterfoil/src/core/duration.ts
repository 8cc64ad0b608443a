import { OptionInvalid } from './errors.ts'

/** A span of time as people write it: `'250ms'`, `'30s'`, `'10m'`, `'24h'`, `'30d'`. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Whole milliseconds. @throws {OptionInvalid} naming the option, for anything but a number and a unit. */
export function durationMs(option: string, duration: Duration): number {
  const parts = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(String(duration))
  const ms = parts ? Number(parts[1]) * (unitMs[parts[2] as string] as number) : Number.NaN
  if (!Number.isFinite(ms) || ms > Number.MAX_SAFE_INTEGER) {
    throw new OptionInvalid(
      option,
      `it is ${JSON.stringify(duration) ?? typeof duration}; write a number and a unit, such as '500ms', '30s', '10m', '24h' or '30d'`,
    )
  }
  return Math.round(ms)
}

/** The shortest text that reads back as the same span: 90000 → `'90s'`, 3600000 → `'1h'`. */
export function durationText(ms: number): Duration {
  const unit =
    ms === 0 ? 's' : (['d', 'h', 'm', 's'].find((name) => ms % (unitMs[name] as number) === 0) ?? 'ms')
  return `${ms / (unitMs[unit] as number)}${unit}` as Duration
}

/** The longest that Node's timers can wait; asked for more, they fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** @throws {OptionInvalid} naming the option, for what no timer can wait. */
export function timerMs(option: string, ms: number): number {
  if (!Number.isSafeInteger(ms) || ms < 1 || ms > MAX_TIMER_MS) {
    throw new OptionInvalid(option, `give a whole number of milliseconds, 1 to ${MAX_TIMER_MS}`)
  }
  return ms
}
