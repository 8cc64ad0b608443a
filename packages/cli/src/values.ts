import { CommandError } from './command-error.ts'
import { exitCodes } from './exit-codes.ts'

/** What a flag's text stands for, or one sentence that names the flag. */

export function fieldIn(flag: string, name: string): string {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)
    ? name
    : wrong(flag, name, 'give the name of a field, such as X-Tenant')
}

export function pointerIn(flag: string, text: string): string {
  return /^(?:\/(?:[^~/]|~[01])*)+$/.test(text)
    ? text
    : wrong(flag, text, 'give a JSON Pointer to a member, such as /idempotency_key')
}

/** A timer of Node's takes no more (timers.html#settimeoutcallback-delay-args). */
const LONGEST_TIMER_MS = 2_147_483_647

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

export function msIn(flag: string, text: string): number {
  const [, digits, unit] = /^(\d{1,12})(ms|s|m|h|d)$/.exec(text) ?? []
  if (digits === undefined) return wrong(flag, text, 'give a time with its unit, such as 500ms, 30s or 10m')
  return Number(digits) * units[unit as keyof typeof units]
}

export function timerIn(flag: string, text: string): number {
  const ms = msIn(flag, text)
  return ms > LONGEST_TIMER_MS ? wrong(flag, text, 'give at most 24d') : ms
}

export function wholeIn(flag: string, text: string): number {
  return /^\d{1,10}$/.test(text) ? Number(text) : wrong(flag, text, 'give a whole number')
}

export function wrong(flag: string, given: string, advice: string): never {
  throw new CommandError(exitCodes.usage, `${flag} can't be '${given}': ${advice}.`)
}
