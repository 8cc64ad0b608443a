import { describe } from 'vitest'
import { missing } from '../../../../test-support/servers/index.ts'
import { databaseForFile } from '../testing/on-a-database.ts'
import { itSurvivesItsIdleTime } from './idle-time.ts'
import { describeMeetings } from './meetings.ts'
import { drizzleGround, kyselyGround, postgresJsGround } from './postgres-ground.ts'
import { prismaGround } from './prisma-ground.ts'
import { describePromise } from './promise.ts'
import { describeRunsOn } from './runs-on.ts'

describe.skipIf(await missing('postgres'))('by the libraries that applications use', () => {
  const database = databaseForFile()

  describePromise('PostgreSQL by postgres', () => postgresJsGround(database.url))
  describeMeetings('PostgreSQL by postgres', () => postgresJsGround(database.url))
  describeRunsOn('PostgreSQL by postgres', () => postgresJsGround(database.url))

  describePromise('PostgreSQL by Kysely', () => kyselyGround(database.url))
  describeMeetings('PostgreSQL by Kysely', () => kyselyGround(database.url))
  describeRunsOn('PostgreSQL by Kysely', () => kyselyGround(database.url))
  itSurvivesItsIdleTime('PostgreSQL by Kysely', () => kyselyGround(database.url))

  describePromise('PostgreSQL by Drizzle', () => drizzleGround(database.url))
  describeMeetings('PostgreSQL by Drizzle', () => drizzleGround(database.url))
  describeRunsOn('PostgreSQL by Drizzle', () => drizzleGround(database.url))
  itSurvivesItsIdleTime('PostgreSQL by Drizzle', () => drizzleGround(database.url))

  describePromise('PostgreSQL by Prisma', () => prismaGround(database.url))
  describeMeetings('PostgreSQL by Prisma', () => prismaGround(database.url))
  describeRunsOn('PostgreSQL by Prisma', () => prismaGround(database.url))
  itSurvivesItsIdleTime('PostgreSQL by Prisma', () => prismaGround(database.url))
})
