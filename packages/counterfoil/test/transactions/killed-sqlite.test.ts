import { describeKills } from './killed.ts'
import { sqliteGround } from './sqlite-ground.ts'

describeKills('SQLite', sqliteGround)
