import type { Connection, Driver, Reply } from './drivers/driver.ts'
import { TooFewReplicas } from './faults.ts'

export interface ReplicaTerms {
  readonly count: number
  /** How long to wait for them. */
  readonly timeoutMs: number
}

/**
 * Waits until so many replicas have what was written. WAIT stands outside the scripts, where it can't block, and answers
 * for what *its own connection* has written before (Redis manual, WAIT): so both go over one connection, and where that
 * was replaced in between, the answer counts for nothing.
 *
 * WAIT holds up the connection until the replicas have answered. One WAIT therefore serves all writes of one turn of the
 * event loop, and those that come meanwhile share the next.
 */
export class Replicas {
  readonly #driver: () => Driver
  readonly #terms: ReplicaTerms
  readonly #turns = new WeakMap<Connection, Promise<void>>()

  constructor(driver: () => Driver, terms: ReplicaTerms) {
    this.#driver = driver
    this.#terms = terms
  }

  /**
   * @param write calls `sending` whenever it sends the write: of two, the second must be acknowledged too.
   * @throws {TooFewReplicas} where the write was made, and may be lost with the primary.
   */
  async acknowledged(
    key: string,
    write: (connection: Connection, sending: () => void) => Promise<Reply>,
  ): Promise<Reply> {
    const connection = (await this.#driver().connection?.(key)) as Connection
    const { epoch } = connection
    let turn: Promise<void> | undefined
    const reply = await write(connection, () => {
      turn = this.#turns.get(connection) ?? this.#turn(connection, epoch)
    })
    // A script that wrote nothing says so, by 0 or by what it found.
    if (Array.isArray(reply) || reply === 0) return reply
    await turn
    if (connection.epoch !== epoch) throw new TooFewReplicas(0, this.#terms.count)
    return reply
  }

  #turn(connection: Connection, epoch: number): Promise<void> {
    const turn = new Promise((resolve) => setImmediate(resolve)).then(async () => {
      this.#turns.delete(connection)
      const { count, timeoutMs } = this.#terms
      const seen = Number(await connection.send(['WAIT', String(count), String(timeoutMs)]))
      if (connection.epoch !== epoch || seen < count) throw new TooFewReplicas(seen, count)
    })
    // Each who shares it awaits it, unless its write has failed.
    turn.catch(() => undefined)
    this.#turns.set(connection, turn)
    return turn
  }
}
