import { openStore } from 'counterfoil'
import type { OpenContender } from '../contender.ts'
import { schemaOfItsOwn, storeUrl } from '../servers/postgres-schema.ts'
import { counterfoil } from './counterfoil.ts'

export const openPostgres: OpenContender = async ({ postgresUrl }) => {
  const schema = schemaOfItsOwn(postgresUrl)
  const contender = counterfoil(await openStore(storeUrl(postgresUrl, schema)))
  return {
    ...contender,
    async close() {
      await contender.close()
      await schema.drop()
    },
  }
}
