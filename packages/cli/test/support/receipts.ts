import {
  type ClaimRequest,
  encodeOutcome,
  type Fence,
  fingerprintValue,
  guarantees,
  type Outcome,
  type Receipt,
  type ReceiptStore,
  receiptId,
} from 'counterfoil'

export const hour = 3_600_000
export const day: number = 24 * hour

export interface Wanted {
  readonly tenant?: string
  readonly operation?: string
  readonly key?: string
  readonly hashed?: boolean
  readonly terms?: Partial<ClaimRequest>
}

let count = 0

function scoped({ tenant = 'acct_1', operation = 'charge-card', key = 'order-4711' }: Wanted): {
  tenant: string
  operation: string
  key: string
} {
  return { tenant, operation, key }
}

/** A claim as the engine makes it: held if abandoned, unless the terms say otherwise. */
export function claimRequest(wanted: Wanted = {}): ClaimRequest {
  count += 1
  const scope = scoped(wanted)
  return {
    id: receiptId(scope),
    ...scope,
    key: wanted.hashed ? null : scope.key,
    fingerprint: fingerprintValue({ amount: 100 }),
    credentials: null,
    policies: guarantees['at-most-once'],
    leaseMs: 30_000,
    ttlMs: day,
    keyRetentionMs: 30 * day,
    token: `token-${count}`,
    incarnation: `incarnation-${count}`,
    intent: 'run',
    request: null,
    ...wanted.terms,
  }
}

export async function running(store: ReceiptStore, wanted: Wanted = {}): Promise<Fence> {
  const decision = await store.claim(claimRequest(wanted))
  if (decision.kind !== 'claimed') throw new Error(`the claim was not won: ${decision.kind}`)
  const { id, incarnation, attempt, token } = decision.receipt
  return { id, incarnation, attempt, token }
}

/** An attempt whose lease has lapsed, `agoMs` ago. */
export async function abandoned(
  store: ReceiptStore,
  wanted: Wanted = {},
  agoMs: number = hour,
): Promise<Fence> {
  const fence = await running(store, wanted)
  await store.age(fence.id, 30_000 + agoMs)
  return fence
}

export async function settled(
  store: ReceiptStore,
  outcome: Outcome,
  wanted: Wanted = {},
  as: 'succeeded' | 'failed' | 'released' = 'succeeded',
): Promise<Fence> {
  const fence = await running(store, wanted)
  const bytes = encodeOutcome(outcome)
  await store.settle(
    fence,
    as === 'released' ? { as, outcome: bytes, doubt: 'stands' } : { as, outcome: bytes },
  )
  return fence
}

export async function stored(store: ReceiptStore, { id }: { readonly id: string }): Promise<Receipt> {
  const { receipt } = await store.read(id)
  if (receipt === undefined) throw new Error('the receipt is gone')
  return receipt
}

export function json(value: unknown): Outcome {
  return { kind: 'value', value: { form: 'json', bytes: Buffer.from(JSON.stringify(value)) } }
}

export function response(status: number, body: string | Uint8Array, ...headers: [string, string][]): Outcome {
  return { kind: 'response', status, headers, body: typeof body === 'string' ? Buffer.from(body) : body }
}
