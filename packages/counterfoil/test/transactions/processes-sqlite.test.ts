import { describeKills } from './kills.ts'
import { sqliteGround } from './sqlite-ground.ts'
import { describeStorm } from './storm.ts'

describeKills('SQLite', sqliteGround)
describeStorm('SQLite', sqliteGround)
