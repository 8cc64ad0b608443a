import { type Outcome, OutcomeNotKept, type Receipt } from '../core/index.ts'
import { failedForGood, type Response } from './endings.ts'
import { REPLAYED } from './field-lines.ts'

/**
 * The response that an earlier attempt's outcome is to a retry. A value, as a recovery or an operator may have given it,
 * goes out as JSON or as its bytes.
 *
 * @throws {OutcomeNotKept}
 */
export function replayOf(outcome: Outcome, receipt: Pick<Receipt, 'operation' | 'state'>): Response {
  const { status, headers, body } = responseIn(outcome, receipt)
  return { status, headers: [...headers, [REPLAYED, 'true']], body }
}

function responseIn(outcome: Outcome, { operation, state }: Pick<Receipt, 'operation' | 'state'>): Response {
  switch (outcome.kind) {
    case 'response':
      return outcome
    case 'failure':
      return failedForGood
    case 'not_kept':
      throw new OutcomeNotKept(operation, outcome.why, state === 'failed' ? 'failed' : 'succeeded')
    case 'value': {
      const { form, bytes: body } = outcome.value
      if (form === 'nothing') return { status: 204, headers: [], body }
      const type = form === 'json' ? 'application/json' : 'application/octet-stream'
      const headers = [
        ['Content-Type', type],
        ['Content-Length', String(body.length)],
      ] as const
      return { status: 200, headers, body }
    }
  }
}
