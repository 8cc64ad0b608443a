import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { errors, Pool } from 'undici'
import type { Contender, OpenContender } from '../../contender.ts'
import { endAll } from '../../http/server-process.ts'
import { startServer } from '../../http/start.ts'
import type { Charge } from '../../payload.ts'

/** As many as there are calls at once. */
const CONNECTIONS = 512
/** Under 1,024 calls at once on two busy cores it has left some without an answer: they are sent again, as its clients would. */
const PATIENCE_MS = 20_000
const TRIES = 3

process.on('exit', endAll)

/** A request to its ingress, which calls the service: both are processes of their own. */
export const openRestate: OpenContender = async ({ folder }) => {
  const files = join(folder, 'restate')
  mkdirSync(files, { recursive: true })
  const server = await startServer('restate', { origin: 'source', upstreamPort: 0, folder: files })
  const pool = new Pool(`http://127.0.0.1:${server.port}`, {
    connections: CONNECTIONS,
    headersTimeout: PATIENCE_MS,
  })
  const once = async (key: string, order: object): Promise<Charge> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await ask(key, order)
      } catch (error) {
        if (tries === TRIES || !(error instanceof errors.HeadersTimeoutError)) throw error
      }
    }
  }
  const ask = async (key: string, order: object): Promise<Charge> => {
    const { statusCode, body } = await pool.request({
      method: 'POST',
      path: '/charges/create',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(order),
    })
    const text = await body.text()
    if (statusCode !== 200) throw new Error(`Restate: ${statusCode} ${text}`)
    return JSON.parse(text) as Charge
  }
  const contender: Contender = {
    call: async (key, order) => ({ value: await once(key, order), replayed: false }),
    retry: async (key, order) => ({ value: await once(key, order), replayed: true }),
    async close() {
      await pool.close()
      await server.end()
    },
  }
  return contender
}
