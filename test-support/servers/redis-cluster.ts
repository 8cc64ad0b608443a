import { setTimeout as delay } from 'node:timers/promises'
import { findRedis, startNode, tellRedis } from './redis.ts'

/** A Redis Cluster that this process started. */
export interface RunningCluster {
  readonly urls: readonly string[]
  stop(): Promise<void>
}

const slots = 16_384
const nodeCount = 3
const joinedWithinMs = 60_000

/** Starts a private Redis Cluster of three masters without replicas. */
export async function startRedisCluster(): Promise<RunningCluster> {
  const programs = await findRedis()
  const settings = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '5000']
  const started = await Promise.allSettled(
    Array.from({ length: nodeCount }, () => startNode(programs, settings)),
  )
  const nodes = started.filter((result) => result.status === 'fulfilled').map(({ value }) => value)
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()))
  }
  try {
    for (const result of started) if (result.status === 'rejected') throw result.reason
    await join(nodes.map(({ url }) => url))
    return { urls: nodes.map(({ url }) => url), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function join(urls: readonly string[]): Promise<void> {
  for (const [index, url] of urls.entries()) {
    const first = Math.round((index * slots) / urls.length)
    const last = Math.round(((index + 1) * slots) / urls.length) - 1
    await tellRedis(url, 'CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1))
    await tellRedis(url, 'CLUSTER', 'ADDSLOTSRANGE', String(first), String(last))
  }
  const [first, ...others] = urls
  for (const other of others) {
    const { hostname, port } = new URL(other)
    await tellRedis(String(first), 'CLUSTER', 'MEET', hostname, port)
  }
  await Promise.all(urls.map((url) => agreed(url, urls.length)))
}

/** Resolves once the node sees every slot served, by as many nodes as there are. */
async function agreed(url: string, size: number): Promise<void> {
  const deadline = performance.now() + joinedWithinMs
  for (;;) {
    const state = String(await tellRedis(url, 'CLUSTER', 'INFO'))
    if (state.includes('cluster_state:ok') && state.includes(`cluster_size:${size}`)) return
    if (performance.now() > deadline) throw new Error(`The Redis Cluster did not form:\n${state}`)
    await delay(50)
  }
}
