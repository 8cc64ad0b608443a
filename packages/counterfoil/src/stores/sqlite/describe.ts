import type { StoreDescription } from '../../core/index.ts'
import { CLAIM_FOR_HUMANS } from './claim.ts'
import { schema } from './schema.ts'

/** For humans: the tables, and the claim as it runs. */
export function describeSqlite(): StoreDescription {
  return { schema: schema.trim(), claim: CLAIM_FOR_HUMANS }
}
