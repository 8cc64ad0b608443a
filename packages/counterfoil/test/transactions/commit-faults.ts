import type pg from 'pg'

/** What becomes of the next COMMIT: cut off before it is sent, once it is sent, or when its answer is there. */
export type CommitFault = 'unsent' | 'sent' | 'answered'

export interface CommitFaults {
  next: CommitFault | undefined
  /** Whether the server takes no new connection, from its next fault on. */
  away: boolean
}

/** Cuts the connection of a pool's client at its next COMMIT, where it is told to. The pool is a fresh one. */
export function commitFaults(pool: pg.Pool): CommitFaults {
  const told: CommitFaults = { next: undefined, away: false }
  const connect = pool.connect.bind(pool) as () => Promise<pg.PoolClient>
  pool.connect = (async () => {
    if (told.away) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    return connect()
  }) as typeof pool.connect
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...all: unknown[]) => Promise<unknown>
    const cut = (): void => void streamOf(client).destroy()
    const faulty = async (fault: CommitFault, all: unknown[]): Promise<unknown> => {
      if (fault === 'unsent') {
        cut()
        throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
      }
      const answer = query(...all)
      if (fault === 'sent') setImmediate(cut)
      const given = await answer
      cut()
      throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', given })
    }
    client.query = ((...all: unknown[]) => {
      const fault = told.next
      if (fault === undefined || (all[0] as { text?: string }).text !== 'COMMIT') return query(...all)
      told.next = undefined
      return faulty(fault, all)
    }) as typeof client.query
  })
  return told
}

function streamOf(client: pg.PoolClient): { destroy(): void } {
  return (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream
}
