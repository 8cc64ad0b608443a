import type { ReceiptStore } from '../core/index.ts'
import type { Background } from './background.ts'
import type { Events } from './events.ts'
import type { Runtime } from './runtime.ts'

/** What all operations of one `createReceipts` share. */
export interface Engine {
  readonly store: ReceiptStore
  readonly runtime: Runtime
  readonly elapsed: () => number
  readonly events: Events
  readonly background: Background
  /** Goes into every derived key. */
  readonly secret: string
  readonly hashKeys: boolean
  /** Calls that may wait in this process, over all receipts. */
  readonly maxWaiters: number
  waiters: number
  closing: boolean
}

export function pause(runtime: Runtime, ms: number): Promise<void> {
  return new Promise((resolve) => runtime.after(ms, resolve, 'keep_alive'))
}
