import { databaseForFile } from '../testing/on-a-database.ts'
import { pgGround } from './postgres-ground.ts'
import { describePromise } from './promise.ts'

const database = databaseForFile()

describePromise('PostgreSQL by pg', () => pgGround(database.url))
