import { randomBytes } from 'node:crypto'
import { cpuTime } from '../../cpu-time.ts'
import { chargeCard } from '../../payload.ts'
import { percentile } from '../../statistics.ts'
import { recordedThere } from '../profile/record.ts'
import type { Answer } from './answer.ts'
import { Connection } from './connection.ts'
import { Request } from './request.ts'
import type { LoadTerms, Measured } from './terms.ts'

/** Keys that have an outcome before replays are measured, for each request at once: no two under way share one. */
const REPLAYED_KEYS = 16

const expectedBody = Buffer.from(JSON.stringify(await chargeCard()))

/**
 * So many callers, each with its next request as soon as the last one is answered.
 * @throws for an answer that isn't the right one: a server that only refuses is a quick one
 */
export async function closedLoop(terms: LoadTerms): Promise<Measured> {
  const load = new Load(terms, await connections(terms))
  try {
    if (terms.workload === 'replay') await load.fill()
    await load.run(terms.warmUpMs)
    const serverBefore = cpuTime(terms.pid)
    const own = process.cpuUsage()
    const startedAt = performance.now()
    const run = (): Promise<number[]> => load.run(terms.cellMs)
    const latencies = await (terms.recording ? recordedThere(terms.recording, run) : run())
    const tookMs = performance.now() - startedAt
    const { user, system } = process.cpuUsage(own)
    const serverAfter = cpuTime(terms.pid)
    const requests = latencies.length
    return {
      requests,
      perSecond: (requests * 1000) / tookMs,
      p50Ms: percentile(latencies, 0.5),
      p99Ms: percentile(latencies, 0.99),
      cpuUs: took(serverBefore?.allUs, serverAfter?.allUs, requests),
      mainThreadUs: took(serverBefore?.mainThreadUs, serverAfter?.mainThreadUs, requests),
      loadCpuUs: (user + system) / requests,
    }
  } finally {
    load.close()
  }
}

function took(before: number | undefined, after: number | undefined, requests: number): number | null {
  return before === undefined || after === undefined ? null : (after - before) / requests
}

function connections({ port, atOnce }: LoadTerms): Promise<Connection[]> {
  return Promise.all(Array.from({ length: atOnce }, () => Connection.open(port)))
}

class Load {
  readonly #terms: LoadTerms
  readonly #connections: readonly Connection[]
  /** No two loads on one server share keys. */
  readonly #keyPrefix = randomBytes(8).toString('hex')
  readonly #replayedKeys: number
  #next = 0

  constructor(terms: LoadTerms, opened: readonly Connection[]) {
    this.#terms = terms
    this.#connections = opened
    this.#replayedKeys = REPLAYED_KEYS * terms.atOnce
  }

  /** Runs what will be replayed. */
  async fill(): Promise<void> {
    await this.#callers((request) => {
      if (this.#next === this.#replayedKeys) return 'done'
      request.setKey(this.#keyPrefix, this.#next++)
      return 'first'
    })
    this.#next = 0
  }

  /** @returns each request's latency in milliseconds */
  async run(ms: number): Promise<number[]> {
    const { workload } = this.#terms
    const until = performance.now() + ms
    return this.#callers((request) => {
      if (performance.now() >= until) return 'done'
      const n = this.#next++
      if (workload !== 'without-key')
        request.setKey(this.#keyPrefix, workload === 'replay' ? n % this.#replayedKeys : n)
      return workload === 'replay' ? 'replay' : 'first'
    })
  }

  close(): void {
    for (const connection of this.#connections) connection.close()
  }

  async #callers(next: (request: Request) => 'first' | 'replay' | 'done'): Promise<number[]> {
    const latencies: number[] = []
    const caller = async (connection: Connection): Promise<void> => {
      const { path, workload } = this.#terms
      const request = new Request(path, workload === 'without-key' ? 'without a key' : 'with a key')
      for (let kind = next(request); kind !== 'done'; kind = next(request)) {
        const sentAt = performance.now()
        const answer = await connection.exchange(request.bytes)
        latencies.push(performance.now() - sentAt)
        this.#check(answer, kind)
      }
    }
    await Promise.all(this.#connections.map(caller))
    return latencies
  }

  #check({ status, replayed, body }: Answer, kind: 'first' | 'replay'): void {
    const expected = kind === 'replay' && this.#terms.marksReplays
    if (status === this.#terms.status && replayed === expected && body.equals(expectedBody)) return
    const marked = replayed ? 'marked' : 'not marked'
    throw new Error(
      `a ${kind} request got ${status}, ${marked} as a replay: ${body.toString('utf8', 0, 300)}`,
    )
  }
}
