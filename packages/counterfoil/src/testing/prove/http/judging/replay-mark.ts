import type { WireLines } from '../../../wire.ts'
import type { Exchange } from '../exchange.ts'

/** As Counterfoil, Stripe and others mark a replay. */
const marks =
  /^(x-)?(idempotent|idempotency)(-key)?-(replay|replayed|status|cache|hit)$|^(x-)?(replayed|idempotent-replay|cache|cache-status)$/i

/** As far as its field lines tell. */
export function isMarked({ answer }: Pick<Exchange, 'answer'>): boolean {
  return (
    answer.kind === 'answer' &&
    answer.lines.some(([name, value]) => isMark(name) && /true|replay|hit/i.test(value))
  )
}

/** What a replay may say of itself, without being another answer for it. */
function isMark(name: string): boolean {
  return marks.test(name)
}

export function withoutMarks(lines: WireLines): WireLines {
  return lines.filter(([name]) => !isMark(name))
}
