import type { AnswerKind } from './question.ts'

export const duration: AnswerKind = { is: 'duration' }
export const bytes: AnswerKind = { is: 'bytes' }
export const count: AnswerKind = { is: 'count' }
export const rate: AnswerKind = { is: 'rate' }

export function choice(of: Readonly<Record<string, string>>): AnswerKind {
  return { is: 'choice', of }
}

export function text(form: string, fits: RegExp | ((given: string) => boolean)): AnswerKind {
  return { is: 'text', form, fits: typeof fits === 'function' ? fits : (given) => fits.test(given) }
}

/** Part of a name in code too, so that it must be one there. */
export const name: AnswerKind = text(
  'small letters, digits and hyphens, such as charge-card',
  /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
)

/** @returns what is wrong with it, as advice, or `undefined` */
export function adviceOn(kind: AnswerKind, given: string): string | undefined {
  switch (kind.is) {
    case 'choice':
      return Object.hasOwn(kind.of, given) ? undefined : `give ${listed(Object.keys(kind.of))}`
    case 'text':
      return kind.fits(given) ? undefined : `give ${kind.form}`
    case 'duration': {
      if (given === kind.or || msIn(given) > 0) return undefined
      const or = kind.or === undefined ? '' : `, or ${kind.or}`
      return `give a time with its unit, such as 500ms, 30s, 24h or 7d${or}`
    }
    case 'bytes':
      return bytesIn(given) > 0 ? undefined : 'give bytes, such as 700b, 4kb, 10mb or 50gb'
    case 'count':
      return /^[1-9]\d{0,8}$/.test(given) ? undefined : 'give a whole number, at least 1'
    case 'rate':
      return /^\d{1,7}(\.\d{1,6})?$/.test(given) && Number(given) > 0
        ? undefined
        : 'give how many there are a second, such as 20 or 0.5'
  }
}

const times: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `NaN` where it is none. */
export function msIn(given: string): number {
  const [, digits, unit = ''] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(given) ?? []
  return digits === undefined ? Number.NaN : Number(digits) * (times[unit] as number)
}

const sizes: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 }

/** `NaN` where it is none. */
export function bytesIn(given: string): number {
  const [, digits, unit = ''] = /^(\d{1,9})(b|kb|mb|gb)$/i.exec(given) ?? []
  return digits === undefined ? Number.NaN : Number(digits) * (sizes[unit.toLowerCase()] as number)
}

export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
