export { storeContract } from './contract.ts'
export {
  type ContractCase,
  type ContractTopic,
  contractTopics,
  type StoreUnderTest,
} from './contract-case.ts'
export { type ContractCounts, quickCounts, wholeCounts } from './contract-counts.ts'
export { ContractViolation } from './violation.ts'
