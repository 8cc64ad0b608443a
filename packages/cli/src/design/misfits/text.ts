import type { Given } from '../answers/given.ts'
import type { Misfit } from './misfit.ts'

/** For a terminal: where it stands and what is wrong, and below it what to change and where else to look. */
export function misfitLines({ about, says, change, id }: Misfit, given: Given): readonly string[] {
  const [first = '', ...others] = about
  const elsewhere = others.map((path) => `${path} (${given.place(path)})`).join(', ')
  return [
    `${given.place(first)}: ${first}: ${says} [${id}]`,
    `  ${change}${elsewhere === '' ? '' : ` See also ${elsewhere}.`}`,
  ]
}
