export type { Attempt } from './attempt.ts'
export type { Call } from './call.ts'
export type { ReceiptEvent, Refusal } from './events.ts'
export type { Handler } from './handler.ts'
export type { OnceResult, Operation } from './operation.ts'
export { createReceipts, type Receipts, type ReceiptsOptions } from './receipts.ts'
export type { RecoveryReport } from './recover-abandoned.ts'
export type { ReplayCacheOptions } from './replay-cache.ts'
export { nodeRuntime, type Runtime, type Timer } from './runtime.ts'
export type { Found, OperationOptions, Recover, Rerun } from './settings.ts'
export type { SyncTransactionAttempt, TransactionAttempt } from './transaction-attempt.ts'
export type { TransactionalOptions, TransactionVerdict } from './transaction-settings.ts'
export type { AtOnce, TransactionHandler } from './transaction-work.ts'
export type {
  CallInTransaction,
  PaceOf,
  TransactionalOperation,
  TransactionResult,
  TxOf,
} from './transactional-operation.ts'
export type { Classify, Ended, Verdict } from './verdict.ts'
