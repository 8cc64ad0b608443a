import type { OpenContender } from '../contender.ts'

export const openOnNodeRedis: OpenContender = () => {
  throw new Error('not yet')
}
export const openOnIoRedis: OpenContender = openOnNodeRedis
