import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Charge, Ledger } from './ledger.ts'
import type { Moment, Order } from './messages.ts'

export interface ChargeTerms {
  /** `null`: the caller has none, so that nobody downstream could tell a second charge from the first. */
  readonly idempotencyKey: string | null
  /** How the attempt before this one ended, where the caller was told. */
  readonly predecessor?: string
}

const SLOW_MS = 300

/** Stands for a payment: it takes its time, it can be cut off on either side of the effect, and it leaves a line. */
export async function charge(
  { ledger, reach }: { readonly ledger: Ledger; reach(moment: Moment, order: Order): Promise<void> },
  order: Order,
  { idempotencyKey, predecessor }: ChargeTerms,
): Promise<Charge> {
  const done: Charge = { charge: `ch_${randomUUID().slice(0, 8)}`, process: process.pid }
  await reach('effect_began', order)
  await sleep(SLOW_MS / 2)
  ledger.append({
    tenant: order.tenant,
    key: order.key,
    idempotencyKey,
    predecessor: predecessor ?? null,
    ...done,
  })
  await reach('effect_written', order)
  await sleep(SLOW_MS / 2)
  return done
}
