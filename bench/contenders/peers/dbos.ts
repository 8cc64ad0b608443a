import { DBOS } from '@dbos-inc/dbos-sdk'
import type { OpenContender } from '../../contender.ts'
import { type Charge, chargeCard, type Order } from '../../payload.ts'
import { databaseOfItsOwn } from '../../servers/postgres-database.ts'

/**
 * The workflow's id is the key, as its documentation says under "Idempotency". The effect is no step of its own: that
 * spares a write, which is more than its documentation allows for an effect outside the database.
 */
const workflow = DBOS.registerWorkflow(
  async (_order: Order): Promise<Charge> => {
    own.add(DBOS.workflowID as string)
    return chargeCard()
  },
  { name: 'charge-card' },
)
const own = new Set<string>()
// It sends its pool's clients a query while another is under way, which pg 8 deprecates, in a line of stderr.
process.noDeprecation = true

export const openDbos: OpenContender = async ({ postgresUrl }) => {
  const database = await databaseOfItsOwn(postgresUrl)
  DBOS.setConfig({ name: 'bench', systemDatabaseUrl: database.url, logLevel: 'error' })
  await DBOS.launch()
  const once = async (key: string, order: Order) => {
    const handle = await DBOS.startWorkflow(workflow, { workflowID: key })(order)
    const value = await handle.getResult()
    return { value, replayed: !own.delete(key) }
  }
  return {
    call: once,
    retry: once,
    async close() {
      await DBOS.shutdown()
      await database.drop()
    },
  }
}
