import { setTimeout as pause } from 'node:timers/promises'
import { findRedis, startNode, tellRedis } from '../../../../../test-support/servers/redis.ts'
import { type ClaimRequest, fenceOf } from '../../../src/core/index.ts'
import { openTcpProxy } from '../../../src/testing/index.ts'
import { requestWith, retryOf, succeeded } from '../../../src/testing/requests.ts'
import { openOver } from './on-redis.ts'

export interface FailoverTerms {
  readonly replicas: number
  readonly waitForReplicas: number
  /** So long is the replica that will be promoted cut off before the primary dies. */
  readonly lagMs: number
  /** So long do callers call before that. */
  readonly runMs: number
}

export interface FailoverCounts {
  /** Claims that were answered as won. */
  readonly claims: number
  /** Of these: granted a second time after the failover. */
  readonly grantedAgain: number
  /** Settles that were answered as written. */
  readonly settles: number
  /** Of these: their outcome is not replayed after it. */
  readonly forgotten: number
  /** Calls that were told that it is unknown whether they were written. */
  readonly unknown: number
}

const CALLERS = 64

/**
 * Callers claim and settle on a primary; the replica that will be promoted stops hearing from it; `lagMs` later the
 * primary is killed and that replica promoted. What had been acknowledged is then asked for again.
 */
export async function measureFailover(terms: FailoverTerms): Promise<FailoverCounts> {
  const redis = await findRedis()
  const primary = await startNode(redis, [])
  const { port } = new URL(primary.url)
  const link = await openTcpProxy({ host: '127.0.0.1', port: Number(port) })
  const replicas = await Promise.all(
    Array.from({ length: terms.replicas }, (_, index) =>
      startNode(redis, ['--replicaof', '127.0.0.1', index === 0 ? String(link.port) : port]),
    ),
  )
  const promoted = (replicas[0] as (typeof replicas)[number]).url
  try {
    for (const { url } of replicas) await linked(url)
    const said = await callUntilKilled(primary.url, terms, async () => {
      link.strikeAll('hold')
      await pause(terms.lagMs)
      process.kill(primary.pid, 'SIGKILL')
      link.strikeAll('cut')
    })
    await tellRedis(promoted, 'REPLICAOF', 'NO', 'ONE')
    const { claimed, settled, unknown } = said
    return { ...(await askAgain(promoted, said)), claims: claimed.length, settles: settled.length, unknown }
  } finally {
    await link.close()
    await Promise.all([primary, ...replicas].map((server) => server.stop()))
  }
}

interface Said {
  readonly claimed: readonly ClaimRequest[]
  readonly settled: readonly ClaimRequest[]
  readonly unknown: number
}

async function callUntilKilled(url: string, terms: FailoverTerms, kill: () => Promise<void>): Promise<Said> {
  const { waitForReplicas, runMs } = terms
  const options = { replicaTimeoutMs: 200, answerWithinMs: 1000 }
  const store = await openOver('node-redis', url, { ...options, waitForReplicas })
  const claimed: ClaimRequest[] = []
  const settled: ClaimRequest[] = []
  let unknown = 0
  let over = false
  const callers = Array.from({ length: CALLERS }, async () => {
    while (!over) {
      const request = requestWith()
      try {
        const answer = await store.claim(request)
        if (answer.kind !== 'claimed') throw new Error(`A new key was answered: ${answer.kind}`)
        claimed.push(request)
        await store.settle(fenceOf(answer.receipt), succeeded(), answer.receipt)
        settled.push(request)
      } catch {
        unknown += 1
      }
    }
  })
  await pause(runMs)
  await kill()
  over = true
  await Promise.all(callers)
  await store.close()
  return { claimed, settled, unknown }
}

async function askAgain(
  url: string,
  { claimed, settled }: Said,
): Promise<Pick<FailoverCounts, 'grantedAgain' | 'forgotten'>> {
  const store = await openOver('node-redis', url, {})
  const answers = new Map<string, string>()
  for (let from = 0; from < claimed.length; from += 200) {
    await Promise.all(
      claimed.slice(from, from + 200).map(async (request) => {
        answers.set(request.id, (await store.claim(retryOf(request))).kind)
      }),
    )
  }
  await store.close()
  return {
    grantedAgain: claimed.filter(({ id }) => answers.get(id) === 'claimed').length,
    forgotten: settled.filter(({ id }) => answers.get(id) !== 'replay').length,
  }
}

async function linked(url: string): Promise<void> {
  while (!String(await tellRedis(url, 'INFO', 'replication')).includes('master_link_status:up'))
    await pause(20)
}
