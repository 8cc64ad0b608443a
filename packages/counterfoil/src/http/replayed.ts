import { type Outcome, OutcomeNotKept } from '../core/index.ts'
import { failedResponse, type Response } from './endings.ts'
import { REPLAYED } from './field-lines.ts'

/**
 * The response that an earlier attempt's outcome is to a retry. A value, as a recovery or an operator may have given it,
 * goes out as JSON or as its bytes.
 *
 * @throws {OutcomeNotKept}
 */
export function replayOf(outcome: Outcome, operation: string): Response {
  const { status, headers, body } = responseIn(outcome, operation)
  return { status, headers: [...headers, [REPLAYED, 'true']], body }
}

function responseIn(outcome: Outcome, operation: string): Response {
  switch (outcome.kind) {
    case 'response':
      return outcome
    case 'failure':
      return failedResponse
    case 'not_kept':
      throw new OutcomeNotKept(operation, outcome.why)
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
