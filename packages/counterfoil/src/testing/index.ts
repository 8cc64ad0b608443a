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
export { type HttpCase, type HttpTopic, httpTopics } from './http/http-case.ts'
export { httpContract } from './http/http-contract.ts'
export { playAsFetch, playOnNode, ScriptedFailure, streamOf } from './http/play.ts'
export { type Script, type ScriptedBody, scriptedFile } from './http/script.ts'
export type {
  HttpDifference,
  HttpFeature,
  HttpServiceUnderTest,
  HttpTerms,
  RunningHttpService,
} from './http/service-under-test.ts'
export { Stage, type Turn } from './http/stage.ts'
export {
  checkHistory,
  type HistoryTerms,
  type HistoryVerdict,
} from './linearizability/check-history.ts'
export { type Counterexample, describeCounterexample } from './linearizability/counterexample.ts'
export { TargetNotLoopback, TargetUnreachable } from './prove/http/errors.ts'
export type { HttpProofOptions } from './prove/http/options.ts'
export {
  type HttpProofPlan,
  type HttpScenario,
  httpScenarios,
  type PlannedHttpScenario,
  planHttp,
} from './prove/http/plan-http.ts'
export { proveHttp } from './prove/http/prove-http.ts'
export type { HttpScenarioNeed } from './prove/http/scenario.ts'
export type { ProofProgress } from './prove/progress.ts'
export {
  type AnswerSummary,
  type EffectSummary,
  type Evidence,
  type Proof,
  type ProofVersions,
  type ScenarioProof,
  type TimelineEntry,
  type TimelineRole,
  type Verdict,
  type VerdictKind,
  verdictOf,
} from './prove/proof.ts'
export type { StoreProofOptions } from './prove/store/options.ts'
export { proveStore } from './prove/store/prove-store.ts'
export type { StoreToProve } from './prove/store/store-to-prove.ts'
export { runStorm } from './storm/run-storm.ts'
export { serveStorm } from './storm/serve-storm.ts'
export type {
  AskedClaim,
  AskedSettle,
  ClaimAnswer,
  ClaimEvent,
  RenewEvent,
  SettleEvent,
  StoredAfter,
  StormEvent,
  Unknown,
  WriteAnswer,
  WriteEvent,
  YieldEvent,
} from './storm/storm-event.ts'
export type { MixedPlan, OneKeyPlan, StormPlan, ZombiesPlan } from './storm/storm-plan.ts'
export {
  type FaultEffect,
  type FaultPoint,
  messageWith,
  type PlannedFault,
  type ProxiedMessage,
  type TcpFault,
} from './tcp-fault.ts'
export { openTcpProxy, type ProxyCounts, type TcpProxy } from './tcp-proxy.ts'
export { ContractViolation } from './violation.ts'
export type { WireLines } from './wire.ts'
