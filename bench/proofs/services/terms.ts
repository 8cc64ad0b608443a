/** How a service is told what it is to be: every one is started as `service.ts TERMS`, with this as JSON. */
export interface ServiceTerms {
  readonly port: number
  /** Where effects are counted. */
  readonly ledger: string
  /** For what it keeps across a restart. */
  readonly folder: string
  readonly redisUrl: string
  /** How long a dead attempt may hold its key, where that can be said. */
  readonly leaseMs: number
  /** Of those that are set up in more than one way. */
  readonly variant: string
}

export function serviceTerms(): ServiceTerms {
  return JSON.parse(process.argv[2] ?? '') as ServiceTerms
}
