import { databaseForFile } from '../testing/on-a-database.ts'
import { describeMeetings } from './meetings.ts'
import { drizzleGround, kyselyGround, postgresJsGround } from './postgres-ground.ts'
import { prismaGround } from './prisma-ground.ts'
import { describePromise } from './promise.ts'

const database = databaseForFile()

describePromise('PostgreSQL by postgres', () => postgresJsGround(database.url))
describeMeetings('PostgreSQL by postgres', () => postgresJsGround(database.url))

describePromise('PostgreSQL by Kysely', () => kyselyGround(database.url))
describeMeetings('PostgreSQL by Kysely', () => kyselyGround(database.url))

describePromise('PostgreSQL by Drizzle', () => drizzleGround(database.url))
describeMeetings('PostgreSQL by Drizzle', () => drizzleGround(database.url))

describePromise('PostgreSQL by Prisma', () => prismaGround(database.url))
describeMeetings('PostgreSQL by Prisma', () => prismaGround(database.url))
