import { OptionInvalid } from '../../core/index.ts'

/** @throws {OptionInvalid} for what is no whole number, or lies outside */
export function whole(option: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new OptionInvalid(option, `give a whole number from ${least} to ${most}, and not ${value}`)
}
