import type { Condition, SoFar } from './question.ts'

const overHttp = (soFar: SoFar): boolean => soFar('operation.reached-by') === 'http'
const isRedis = (soFar: SoFar): boolean => /^rediss?[:+]/.test(soFar('store.url') ?? '')
const isServer = (soFar: SoFar): boolean => isRedis(soFar) || /^postgres/.test(soFar('store.url') ?? '')

export const onlyOverHttp: Condition = { holds: overHttp, says: 'only where operation.reached-by is http' }

export const onlyWithTenants: Condition = {
  holds: (soFar) => overHttp(soFar) && soFar('tenant.field') !== 'none',
  says: `${onlyOverHttp.says} and tenant.field names one`,
}

export const onlyElsewhere: Condition = {
  holds: (soFar) => soFar('place') === 'elsewhere',
  says: 'only where place is elsewhere',
}

export const onlyOfTheRequest: Condition = {
  holds: (soFar) => ['business-id', 'content'].includes(soFar('key.made-of') ?? ''),
  says: 'only where key.made-of is business-id or content',
}

export const onlyFromAQueue: Condition = {
  holds: (soFar) => soFar('by') === 'queue',
  says: 'only where by is queue',
}

export const onlyOnAServer: Condition = {
  holds: isServer,
  says: 'only where store.url names PostgreSQL or Redis',
}

export const onlyOnRedis: Condition = { holds: isRedis, says: 'only where store.url names Redis' }
