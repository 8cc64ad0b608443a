import { openStore } from 'counterfoil'
import type { OpenContender } from '../contender.ts'
import { databaseOfItsOwn } from '../servers/postgres-database.ts'
import { counterfoil } from './counterfoil.ts'

export const openPostgres: OpenContender = async ({ postgresUrl }) => {
  const database = await databaseOfItsOwn(postgresUrl)
  const url = new URL(database.url)
  url.searchParams.set('migrate', 'true')
  const contender = counterfoil(await openStore(url.href))
  return {
    ...contender,
    async close() {
      await contender.close()
      await database.drop()
    },
  }
}
