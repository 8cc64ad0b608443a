import type { IncomingMessage, ServerResponse } from 'node:http'
import { idempotent } from '../../../../src/http/node.ts'
import { createReceipts } from '../../../../src/index.ts'
import { sqliteStore } from '../../../../src/stores/sqlite/index.ts'
import { type Answer, refusal, UpstreamRefused } from './charge.ts'
import { credentialsOf } from './credentials.ts'
import { send } from './send.ts'
import type { TargetTerms } from './terms.ts'

/** The right one: this library's integration, as its users set it up. */
export function withCounterfoil(
  file: string,
  { guarantee, duplicate, keys, tenants, paths, leaseMs }: TargetTerms,
  run: (request: IncomingMessage) => Promise<Answer>,
): (request: IncomingMessage, response: ServerResponse) => unknown {
  const receipts = createReceipts({ store: sqliteStore(file) })
  const operation = receipts.operation<never>('POST', {
    guarantee,
    lease: `${leaseMs}ms`,
    wait: duplicate === 'waits' ? '10s' : 'reject',
  })
  const options = {
    tenant: tenants === 'many' ? credentialsOf : { only: 'shop' },
    requireKey: keys === 'required',
    ...(paths === 'apart' && { name: ({ url }: IncomingMessage) => `POST ${url}` }),
  }
  return idempotent(operation, options, async (request, response) => {
    try {
      send(response, await run(request))
    } catch (error) {
      if (!(error instanceof UpstreamRefused)) throw error
      request.idempotency?.notExecuted()
      send(response, refusal(502, 'The upstream refused the connection.'))
    }
  })
}
