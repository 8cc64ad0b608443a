import { OptionInvalid } from '../core/index.ts'
import { type OperationOptions, refuseUnknown, type Settings, settingsOf } from './settings.ts'
import type { Ended } from './verdict.ts'

/**
 * What an attempt in a transaction came to. `succeeded`: it is committed. `failed`: it is rolled back, and a retry runs
 * again. `rejected`: its effect is undone, and what it returned or threw is stored and given to every retry.
 */
export type TransactionVerdict = 'succeeded' | 'failed' | 'rejected'

export interface TransactionalOptions<T = unknown>
  extends Pick<
    OperationOptions<T>,
    'ttl' | 'keyRetention' | 'maxWaitersPerReceipt' | 'maxOutcomeBytes' | 'ignore' | 'fingerprint' | 'codec'
  > {
  /**
   * How long a call waits for another one with its key whose transaction is open; `'reject'` refuses it at once.
   * Default `'10s'`. On SQLite, whose transactions lock the whole file, other processes are waited for as the store's
   * `busyTimeoutMs` says.
   */
  readonly wait?: Exclude<OperationOptions['wait'], undefined>
  /** Your own judgement. By default what is returned succeeded and what is thrown failed. */
  readonly classify?: (ended: Ended<T>) => TransactionVerdict | undefined
}

const OPTIONS: readonly string[] = [
  'ttl',
  'keyRetention',
  'wait',
  'maxWaitersPerReceipt',
  'maxOutcomeBytes',
  'ignore',
  'fingerprint',
  'codec',
  'classify',
] satisfies (keyof TransactionalOptions)[]

/**
 * No claim of a transactional operation is ever seen unsettled, unless a handler commits behind the store's back. Then
 * nobody knows what was done, and it is held.
 */
const POLICIES = { onFailure: 'release', onAbandoned: 'hold' } as const

/** @throws {OptionInvalid} */
export function transactionSettingsOf<T>(options: TransactionalOptions<T>): Settings {
  refuseUnknown(options, OPTIONS)
  return settingsOf<T>({ ...options, guarantee: POLICIES })
}

const verdicts: ReadonlySet<unknown> = new Set<TransactionVerdict>(['succeeded', 'failed', 'rejected'])

/** @throws {TypeError} for a judgement that is none, and whatever `classify` throws. */
export function verdictOn(
  ended: Ended<unknown>,
  { isRejected }: { readonly isRejected: boolean },
  { classify }: Settings,
): TransactionVerdict {
  if (isRejected) return 'rejected'
  const own: unknown = classify?.(ended)
  if (own === undefined) return ended.kind === 'returned' ? 'succeeded' : 'failed'
  if (!verdicts.has(own)) {
    throw new TypeError(`classify must answer one of ${[...verdicts].join(', ')}, or undefined, and at once`)
  }
  return own as TransactionVerdict
}

export function noTransactions(store: string): OptionInvalid {
  return new OptionInvalid(
    'store',
    `the ${store} store shares no transaction with your tables; keep these receipts in SQLite or PostgreSQL, or define an operation() under another guarantee`,
  )
}
