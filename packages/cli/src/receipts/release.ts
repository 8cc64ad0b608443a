import type { Receipt, ReceiptStore } from 'counterfoil'
import type { ExitCode } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { changeByHand, type Deed, type HandOptions } from './change-by-hand.ts'

export function release(
  store: ReceiptStore,
  key: string | undefined,
  options: HandOptions,
  io: Io,
): Promise<ExitCode> {
  return changeByHand(store, key, options, io, releaseOf)
}

function releaseOf(receipt: Receipt): Deed {
  return {
    do: 'release',
    says: [
      'Releasing it lets the next request with this key and fingerprint run the side effect again.',
      receipt.state === 'in_progress'
        ? `Make sure that attempt ${receipt.attempt} had no effect: if it had one, the next request makes it twice.`
        : 'The stored failure is no longer replayed.',
    ],
    done: 'Released, the next request runs again',
  }
}
