import type { StoreDescription } from '../../core/index.ts'
import type { Keys } from './keys.ts'
import * as scripts from './scripts.ts'

const ID = '<sha-256 of tenant, operation, key>'

/** For humans: what is kept where, and the claim as it runs. */
export function describe(keys: Keys): StoreDescription {
  return {
    schema: `${keys.receipt(ID)}
  a string: one receipt, packed. By byte: 0 format · 1 waited for · 2 has steps · 3 state (r running, d in doubt,
  t tombstone of what is unknown, s succeeded, f failed, l released) · 4 life · 5 outcome kept · 6 lease's end or settled
  at · 14 sweep due at · 22 claimed at · 30 created at · 38 refusals · 42 attempt · 46 incarnation, token, facts as JSON,
  request, outcome. Expires at the end of its key retention; while it is held, never.

${keys.steps(ID, '<incarnation>')}
  a hash: step → result. Expires with its receipt.

${keys.receipt(ID)}
  a channel of the same name: said on it when a receipt has changed for which somebody waits.`,
    claim: `-- EVALSHA, in one round trip. It claims what is not there, and gives back what is, with the server's time:
${scripts.claimFirst.text}

-- decideClaim(receipt, request, now) decides. Where it says claimed, the next receipt is written if it is still so:
${scripts.replace.text}`,
  }
}
