import type { ContractTopic } from '../../src/testing/index.ts'
import { contractCases, holdToContract } from '../testing/hold-to-contract.ts'
import { onRedis } from './redis/on-redis.ts'

/** What finds its node in another way than with node-redis. The whole suite in the soak. */
const ofTheClient: readonly ContractTopic[] = ['lost answers', 'steps', 'watch', 'close', 'storms']

holdToContract(
  contractCases('many processes').filter(
    ({ topic }) => process.env.COUNTERFOIL_SOAK || ofTheClient.includes(topic),
  ),
  (use) => onRedis('ioredis cluster', use),
)
