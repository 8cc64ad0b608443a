export { alwaysAbandon } from './always-abandon.ts'
export { alwaysReplay } from './always-replay.ts'
export { storeContract } from './contract.ts'
export {
  type ContractCase,
  type ContractTopic,
  contractTopics,
  type StoreUnderTest,
} from './contract-case.ts'
export { type ContractCounts, quickCounts, wholeCounts } from './contract-counts.ts'
export { type ExpectedReceipt, expectReceipt } from './expect-receipt.ts'
export {
  checkHistory,
  describeViolation,
  type HistoryRule,
  type HistoryViolation,
} from './storm/check-history.ts'
export { runStorm } from './storm/run-storm.ts'
export { serveStorm } from './storm/serve-storm.ts'
export type {
  ClaimAnswer,
  ClaimEvent,
  StoredAfter,
  StormEvent,
  StormTerms,
  Unknown,
  WriteAnswer,
  WriteEvent,
} from './storm/storm-event.ts'
export type { MixedPlan, OneKeyPlan, StormPlan } from './storm/storm-plan.ts'
export { ContractViolation } from './violation.ts'
