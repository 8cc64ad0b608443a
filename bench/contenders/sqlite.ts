import { join } from 'node:path'
import { sqliteStore } from 'counterfoil/sqlite'
import type { OpenContender } from '../contender.ts'
import { counterfoil } from './counterfoil.ts'

export const openSqlite: OpenContender = ({ folder }) => counterfoil(sqliteStore(join(folder, 'receipts.db')))
