import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { enter } from '../../../processes/ledger.ts'
import type { TargetTerms } from './terms.ts'

export type Lines = readonly (readonly [name: string, value: string])[]

export interface Answer {
  readonly status: number
  readonly lines: Lines
  readonly body: Buffer
}

/** No connection to whoever makes the charge: nothing ran. */
export class UpstreamRefused extends Error {}

interface Charging extends Pick<TargetTerms, 'chargeMs' | 'effect' | 'answers'> {
  readonly ledger: string
}

/**
 * The effect: a line in the ledger. It takes its time, so that a race has room. `Prefer: code=429` makes it refuse before
 * it does anything, and `Prefer: code=502` makes its upstream refuse.
 *
 * @throws {UpstreamRefused}
 */
export async function charge(
  { url, headers }: IncomingMessage,
  { ledger, chargeMs, effect, answers }: Charging,
): Promise<Answer> {
  if (headers.prefer === 'code=502') throw new UpstreamRefused()
  if (headers.prefer === 'code=429') return refusal(429, 'Too many charges.', [['Retry-After', '1']])
  if (effect === 'last') await pause(chargeMs)
  enter(ledger, String(headers['idempotency-key'] ?? '').replaceAll('"', ''))
  if (effect === 'first') await pause(chargeMs)
  const id = answers === 'apart' ? randomBytes(8).toString('hex') : 'done'
  return {
    status: 201,
    lines: [
      ['Content-Type', 'application/json'],
      ['Location', `${url}/${id}`],
      ['X-Trace', 'a'],
      ['X-Trace', 'b'],
    ],
    // Spelt as no serialiser would, so that one shows.
    body: Buffer.from(`{ "id": "${id}",\n  "fee": 1.50, "made\\u0042y": "hand" }\n`),
  }
}

export function refusal(status: number, detail: string, lines: Lines = []): Answer {
  const body = JSON.stringify({ title: detail, status, detail })
  return {
    status,
    lines: [['Content-Type', 'application/problem+json'], ...lines],
    body: Buffer.from(body),
  }
}
