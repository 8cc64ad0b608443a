import { contractCases, holdToContract } from '../testing/hold-to-contract.ts'
import { onRedis } from './redis/on-redis.ts'

const within = process.env.COUNTERFOIL_SOAK ? 'many processes' : 'one process'

holdToContract(contractCases(within), (use) => onRedis('node-redis to valkey', use))
