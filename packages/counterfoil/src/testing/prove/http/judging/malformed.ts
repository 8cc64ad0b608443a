import type { Effects } from '../counter.ts'
import { type Exchange, isSuccess } from '../exchange.ts'
import { broken, kept, type Ruling, unmeasured } from '../ruling.ts'
import { isDecided, isDecidedRefusal } from './decided.ts'
import { said } from './succeeded.ts'

/** @param effects of a key that stands in the request */
export function judgeMalformed(last: Exchange, effects: Effects): Ruling {
  if (effects.kind === 'counted' && effects.effects > 0) {
    return broken(`What was sent with a malformed key had its effect: ${last.asked.as}.`, [last])
  }
  if (isDecidedRefusal(last)) return kept()
  if (!isDecided(last)) return unmeasured(`${said(last)}.`)
  return isSuccess(last)
    ? broken(
        `What was sent with a malformed key was taken, and nobody can tell what protects it: ${last.asked.as}.`,
        [last],
      )
    : broken(`A malformed key ended in a fault of the service, and not in a refusal: ${last.asked.as}.`, [
        last,
      ])
}
