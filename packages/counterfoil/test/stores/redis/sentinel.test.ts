import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { missing } from '../../../../../test-support/servers/index.ts'
import { environmentOf } from '../../../../../test-support/servers/programs.ts'
import { findRedis, startNode, tellRedis } from '../../../../../test-support/servers/redis.ts'
import { type RunningServer, startServer } from '../../../../../test-support/servers/server-process.ts'
import { serverFolder } from '../../../../../test-support/servers/unprivileged.ts'
import type { ReceiptStore } from '../../../src/core/index.ts'
import { openStore } from '../../../src/open.ts'
import { redisStore } from '../../../src/stores/redis/index.ts'
import { firstFence, requestWith, retryOf, succeeded } from '../../../src/testing/requests.ts'

describe.skipIf(await missing('redis'))('by Sentinel', () => {
  it('both clients find the primary, and the next one once it has failed', async () => {
    const { primary, sentinel } = await watchedPair()
    const { port } = new URL(sentinel.url)
    const byUrl = await openStore(`redis+sentinel://127.0.0.1:${port}/main`)
    const client = new Redis({ sentinels: [{ host: '127.0.0.1', port: Number(port) }], name: 'main' })
    client.on('error', () => undefined)
    const byIoRedis = redisStore(client, { waitForReplicas: 1 })
    onTestFinished(async () => {
      await Promise.all([byUrl.close(), byIoRedis.close()])
      client.disconnect()
    })
    const request = requestWith()
    expect((await byUrl.claim(request)).kind).toBe('claimed')
    const { promise: woken, resolve } = Promise.withResolvers<void>()
    const watch = byUrl.watch(request.id, resolve)
    await byUrl.read(request.id)
    // Acknowledged by the replica, and so is all that was written before.
    expect((await byIoRedis.settle(firstFence(request), succeeded())).kind).toBe('settled')
    await woken
    watch.stop()
    process.kill(primary.pid, 'SIGKILL')
    for (const store of [byUrl, byIoRedis]) {
      await expect
        .poll(() => answerOf(store, retryOf(request)), { timeout: 50_000, interval: 200 })
        .toBe('replay')
    }
  })
})

async function answerOf(store: ReceiptStore, request: ReturnType<typeof requestWith>): Promise<string> {
  return store.claim(request).then(
    ({ kind }) => kind,
    () => 'nothing',
  )
}

async function watchedPair(): Promise<{ primary: RunningServer; sentinel: RunningServer }> {
  const redis = await findRedis()
  const primary = await startNode(redis, [])
  onTestFinished(() => primary.stop())
  const { port } = new URL(primary.url)
  const replica = await startNode(redis, ['--replicaof', '127.0.0.1', port])
  onTestFinished(() => replica.stop())
  await expect
    .poll(async () => String(await tellRedis(replica.url, 'INFO', 'replication')), { timeout: 50_000 })
    .toContain('master_link_status:up')
  const folder = await serverFolder()
  const urlOn = (at: number): string => `redis://127.0.0.1:${at}`
  const sentinel = await startServer({
    server: 'Redis Sentinel',
    stopSignal: 'SIGKILL',
    folder,
    command: async (at) => {
      const file = join(folder, 'sentinel.conf')
      await writeFile(file, sentinelConf(at, port), { mode: 0o666 })
      return [join(redis.root, redis.bin, 'redis-server'), file, '--sentinel']
    },
    options: { cwd: folder, env: environmentOf(redis) },
    url: urlOn,
    answers: async (at, pid) =>
      String(await tellRedis(urlOn(at), 'INFO', 'server')).includes(`process_id:${pid}\r\n`),
  })
  onTestFinished(() => sentinel.stop())
  await expect
    .poll(async () => String(await tellRedis(sentinel.url, 'INFO', 'sentinel')), { timeout: 50_000 })
    .toContain('slaves=1')
  return { primary, sentinel }
}

function sentinelConf(port: number, primaryPort: string): string {
  return `
port ${port}
bind 127.0.0.1
sentinel monitor main 127.0.0.1 ${primaryPort} 1
sentinel down-after-milliseconds main 1000
sentinel failover-timeout main 3000
`
}
