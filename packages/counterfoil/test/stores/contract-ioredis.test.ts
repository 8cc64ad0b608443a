import type { ContractTopic } from '../../src/testing/index.ts'
import { contractCases, holdToContract } from '../testing/hold-to-contract.ts'
import { onRedis } from './redis/on-redis.ts'

/** What may differ by the client: bytes, errors, subscriptions and connections. The whole suite in the soak. */
const ofTheClient: readonly ContractTopic[] = [
  'lost answers',
  'zombies',
  'steps',
  'lists',
  'outcomes',
  'watch',
  'close',
  'random histories',
  'storms',
]

holdToContract(
  contractCases('many processes').filter(
    ({ topic }) => process.env.COUNTERFOIL_SOAK || ofTheClient.includes(topic),
  ),
  (use) => onRedis('ioredis', use),
)
