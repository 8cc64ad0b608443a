import { createHash } from 'node:crypto'
import type { Asked, Call, Exchange } from '../../../../src/testing/prove/http/exchange.ts'
import type { Answer } from '../../../../src/testing/prove/http/shooting/shot.ts'
import type { WireLines } from '../../../../src/testing/wire.ts'

// Records as a round makes them, made by hand.

export const CHARGE = '{"id":"ch_1","amount":5}'
const OTHER_CHARGE = '{"id":"ch_2","amount":5}'

export interface Seen {
  readonly status: number
  readonly body?: string
  readonly lines?: WireLines
  /** When it left, and when its answer was there: milliseconds from the round's start. */
  readonly at?: readonly [startMs: number, endMs: number]
  readonly asked?: Partial<Asked>
}

function answer({ status, body = '', lines = [] }: Seen): Answer {
  const bytes = new TextEncoder().encode(body)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { kind: 'answer', status, lines, sha256, bytes: bytes.length, body: bytes }
}

export function exchange(seen: Seen | 'no answer'): Exchange {
  const { at: [startMs, endMs] = [0, 10], asked = {} } = seen === 'no answer' ? {} : seen
  return {
    asked: { as: 'a request', ...asked },
    caller: 'process 1, connection 1',
    startMs,
    endMs,
    answer:
      seen === 'no answer'
        ? { kind: 'no_answer', why: 'broken_off', says: 'the connection was reset' }
        : answer(seen),
  }
}

/** One caller's request and its retries, in their order. */
export function call(...seen: readonly (Seen | 'no answer')[]): Call {
  const exchanges = seen.map(exchange)
  const [first, last] = [exchanges[0], exchanges.at(-1)] as [Exchange, Exchange]
  return { asked: first.asked, exchanges, last }
}

export const created: Seen = { status: 201, body: CHARGE }
export const createdAgain: Seen = { status: 201, body: OTHER_CHARGE, at: [1, 12] }
export const inProgress: Seen = { status: 409, lines: [['Retry-After', '1']] }
export const conflict: Seen = { status: 422, body: '{"error":"conflict"}' }

export const counted = (effects: number): { readonly kind: 'counted'; readonly effects: number } => ({
  kind: 'counted',
  effects,
})
export const notCounted = { kind: 'not_counted' } as const
