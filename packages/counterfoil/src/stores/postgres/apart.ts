import { randomBytes } from 'node:crypto'
import { type PlaceApart, type StoreNetwork, StoreUnavailable } from '../../core/index.ts'
import { openDriver } from './connect.ts'
import { unavailable } from './faults.ts'
import { migrate } from './migrate.ts'
import { namesOf } from './names.ts'
import { checkedConnection } from './options.ts'
import { readUrl } from './url.ts'

const ANSWERS_WITHIN_MS = 30_000

/**
 * A new schema in the same database, with tables of its own: dropped with them at the end. Needs CREATE on the database.
 *
 * @throws {StoreUnavailable}
 */
export async function schemaApart(url: string): Promise<PlaceApart> {
  const { connection } = readUrl(url)
  const schema = `counterfoil_prove_${randomBytes(8).toString('hex')}`
  const names = namesOf({ schema })
  try {
    const terms = { answerWithinMs: ANSWERS_WITHIN_MS, maxConnections: 1 }
    const driver = await openDriver(checkedConnection(connection), terms)
    try {
      await migrate(driver, names)
    } catch (error) {
      await driver.close()
      throw error
    }
    return {
      url: withSchema(url, schema),
      name: `the schema ${schema}`,
      network: networkOf(url, schema),
      clock: 'server',
      async remove() {
        try {
          await driver.query(`DROP SCHEMA ${names.schema} CASCADE`, [])
        } catch (error) {
          throw unavailable(error)
        } finally {
          await driver.close()
        }
      },
    }
  } catch (error) {
    throw explained(unavailable(error))
  }
}

function explained(error: Error): Error {
  if (!(error instanceof StoreUnavailable && error.fault === 'read_only')) return error
  const advice =
    'needs a schema of its own there, and may not make one; give a user with CREATE on the database'
  return new StoreUnavailable(error.store, 'read_only', advice, { cause: error })
}

function withSchema(url: string, schema: string): string {
  const [base = '', query = ''] = url.split(/\?(.*)/s)
  const options = new URLSearchParams(query)
  options.delete('migrate')
  options.delete('table-prefix')
  options.set('schema', schema)
  return `${base}?${options}`
}

function networkOf(url: string, schema: string): StoreNetwork {
  const parsed = URL.parse(url)
  if (parsed === null || parsed.hostname === '' || parsed.searchParams.has('host')) {
    return {
      kind: 'bound',
      why: 'It is reached by a socket file or several hosts, where no proxy can stand between.',
    }
  }
  return {
    kind: 'one server',
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: Number(parsed.port || 5432),
    through(host, port) {
      const other = new URL(withSchema(url, schema))
      other.host = `${host}:${port}`
      return other.href
    },
  }
}
