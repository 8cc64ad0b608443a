import { randomUUID } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

/** Long enough for a race, and for a kill in its midst. */
const CHARGE_MS = 100

export interface Charge {
  readonly id: string
  readonly amount: unknown
}

/** Nothing ran: too many requests, or an upstream that takes no connection. */
export class Refused extends Error {
  readonly status: number

  constructor(status: 429 | 503) {
    super(status === 429 ? 'Too many charges.' : 'The upstream refused the connection.')
    this.status = status
  }
}

/** How a request asks for a refusal. */
export const limited = ['Prefer', 'code=429'] as const
export const refused = ['Prefer', 'code=503'] as const

/**
 * The effect: a line in the ledger, by the key without the quotes that it may be sent in. It comes first and the answer
 * later, so that what dies in between has had its effect.
 *
 * @throws {Refused} where the request asks for it
 */
export async function charge(
  ledger: string,
  {
    key,
    prefer,
    body,
  }: { readonly key: string; readonly prefer: string | undefined; readonly body: unknown },
): Promise<Charge> {
  if (prefer === limited[1]) throw new Refused(429)
  if (prefer === refused[1]) throw new Refused(503)
  appendFileSync(ledger, `${key.replaceAll('"', '')}\n`)
  await pause(CHARGE_MS)
  return { id: randomUUID(), amount: (body as { readonly amount?: unknown } | null)?.amount }
}
