import { databaseForFile } from '../testing/on-a-database.ts'
import { describeKills } from './killed.ts'
import { pgGround } from './postgres-ground.ts'

const database = databaseForFile()

describeKills('PostgreSQL', () => pgGround(database.url), ['in-commit'])
