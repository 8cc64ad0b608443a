import { describe } from 'vitest'
import { missing } from '../../../../test-support/servers/index.ts'
import { databaseForFile } from '../testing/on-a-database.ts'
import { describeKills } from './kills.ts'
import { pgGround } from './postgres-ground.ts'
import { describeStorm } from './storm.ts'

describe.skipIf(await missing('postgres'))('in real processes', () => {
  const database = databaseForFile()

  describeKills('PostgreSQL', () => pgGround(database.url), ['in-commit'])
  describeStorm('PostgreSQL', () => pgGround(database.url))
})
