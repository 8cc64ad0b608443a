import { byHand } from '../by-hand/by-hand.ts'
import { batchedLane } from '../by-hand/postgres/batched-lane.ts'
import { statementLane } from '../by-hand/postgres/statement-lane.ts'
import { openPostgresTable } from '../by-hand/postgres/table.ts'
import type { OpenContender } from '../contender.ts'

export const openStatementByStatement: OpenContender = async ({ postgresUrl }) =>
  byHand(statementLane(await openPostgresTable(postgresUrl)))

export const openBatched: OpenContender = async ({ postgresUrl }) =>
  byHand(batchedLane(await openPostgresTable(postgresUrl)))
