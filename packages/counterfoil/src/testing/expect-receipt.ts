import {
  decodeOutcome,
  jsonCodec,
  type Place,
  placeOf,
  type ReceiptStore,
  receiptId,
  type ScopedKey,
} from '../core/index.ts'

/** What a receipt is expected to be; what is left out is not looked at. */
export interface ExpectedReceipt {
  readonly place?: Place
  readonly attempt?: number
  /** The value that it keeps, compared as JSON. */
  readonly value?: unknown
}

/**
 * Reads a receipt and compares it, for your own test suite.
 * @throws {Error} that says what was expected and what is there.
 */
export async function expectReceipt(
  store: ReceiptStore,
  scopedKey: ScopedKey,
  expected: ExpectedReceipt,
): Promise<void> {
  const { receipt, now } = await store.read(receiptId(scopedKey))
  const seen = {
    place: placeOf(receipt, now),
    attempt: receipt?.attempt,
    value:
      'value' in expected && receipt && receipt.state !== 'in_progress'
        ? keptValue(receipt.outcome)
        : undefined,
  }
  for (const fact of Object.keys(expected) as (keyof ExpectedReceipt)[]) {
    const [wanted, found] = [JSON.stringify(expected[fact]), JSON.stringify(seen[fact])]
    if (wanted !== found) {
      throw new Error(
        `the receipt of '${scopedKey.operation}' was expected with ${fact} ${wanted}, and has ${found}`,
      )
    }
  }
}

function keptValue(outcome: Uint8Array | null): unknown {
  if (outcome === null) return undefined
  const decoded = decodeOutcome(outcome)
  return decoded.kind === 'value' ? jsonCodec.decode(decoded.value) : undefined
}
