import { contractCases, holdToContract } from '../testing/hold-to-contract.ts'
import { onRedis } from './redis/on-redis.ts'

holdToContract(contractCases('many processes'), (use) => onRedis('node-redis', use))
