import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { postgresDatabase, redisUrl } from '../../../../test-support/servers/index.ts'
import { postgresStore } from '../../src/stores/postgres/index.ts'
import { openTcpProxy, type TcpProxy } from '../../src/testing/index.ts'
import { removeAll } from '../stores/redis/on-redis.ts'
import { CROWD_PER_PROCESS, CROWD_PROCESSES, PATIENCE_MS } from './counts.ts'
import type { FromCrowd, ToCrowd } from './crowd-process.ts'
import { effectsOf } from './ledger.ts'
import { kill, mustNotOutlive } from './to-clean-up.ts'
import { freshFolder } from './worker-process.ts'

const CROWD = CROWD_PROCESSES * CROWD_PER_PROCESS
/** When it joins, when the store has begun to listen, and when it is told. Looks by the clock come on top. */
const READS_PER_PROCESS = 3
const LOOKS_EACH_MS = 5_000

describe(`${CROWD} callers of one key wait in ${CROWD_PROCESSES} processes: one effect, and reads that don't grow with them`, () => {
  it('on SQLite', async () => {
    await gather(`sqlite:${freshFolder().file}`)
  })

  it('on PostgreSQL', async () => {
    const database = await postgresDatabase()
    onTestFinished(() => database.drop())
    const store = postgresStore(database.url, { migrate: true })
    await store.audit()
    await store.close()
    await gatherThrough(database.url)
  })

  it('on Redis', async () => {
    const prefix = `crowd-${randomUUID()}:`
    onTestFinished(() => removeAll('node-redis', prefix))
    await gatherThrough(`${await redisUrl()}?prefix=${prefix}`)
  })
})

async function gatherThrough(url: string): Promise<void> {
  const { hostname, port } = new URL(url)
  const proxy = await openTcpProxy({ host: hostname, port: Number(port) })
  onTestFinished(() => proxy.close())
  await gather(proxy.through(url), proxy)
}

async function gather(url: string, proxy?: TcpProxy): Promise<void> {
  const { ledger } = freshFolder()
  const began = performance.now()
  const crowd = Array.from({ length: CROWD_PROCESSES }, () => new CrowdProcess(url, ledger, 'order'))
  await Promise.all(crowd.map((member) => member.hears('ready')))
  const before = proxy?.counts.messages ?? 0
  crowd[0]?.tell({ do: 'hold' })
  await crowd[0]?.hears('holding')
  for (const member of crowd) member.tell({ do: 'wait', callers: CROWD_PER_PROCESS })
  const waiting = await Promise.all(crowd.map((member) => member.hears('waiting')))
  crowd[0]?.tell({ do: 'go on' })
  const answers = await Promise.all(crowd.map((member) => member.hears('answered')))
  const looks = Math.floor((performance.now() - began) / LOOKS_EACH_MS)

  expect(new Set(answers.flatMap(({ values }) => values)).size).toBe(1)
  expect(effectsOf(ledger, 'order')).toBe(1)
  for (const { claims, reads } of answers) {
    expect(claims).toBe(1)
    expect(reads).toBeLessThanOrEqual(READS_PER_PROCESS + looks)
  }
  const reads = answers.reduce((sum, answer) => sum + answer.reads, 0)
  const bytes = waiting.map(({ bytesPerWaiter }) => bytesPerWaiter)
  if (process.env.COUNTERFOIL_SOAK === '1') {
    const messages = proxy ? `${proxy.counts.messages - before} messages to the server` : 'no server'
    process.stdout.write(`${CROWD} waiters: ${reads} reads, ${messages}, ${Math.max(...bytes)} bytes each\n`)
  }
  await Promise.all(crowd.map((member) => member.close()))
}

class CrowdProcess {
  readonly #child: ChildProcess
  readonly #heard: FromCrowd[] = []

  constructor(url: string, ledger: string, key: string) {
    const program = fileURLToPath(new URL('./crowd-process.ts', import.meta.url))
    this.#child = fork(program, [url, ledger, key], {
      execArgv: ['--conditions=@counterfoil/source', '--expose-gc'],
    })
    mustNotOutlive(this.#child)
    onTestFinished(() => kill(this.#child))
    this.#child.on('message', (message: FromCrowd) => this.#heard.push(message))
  }

  tell(order: ToCrowd): void {
    this.#child.send(order)
  }

  async hears<S extends FromCrowd['say']>(say: S): Promise<Extract<FromCrowd, { say: S }>> {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    for (;;) {
      const found = this.#heard.find((message) => message.say === say)
      if (found) return found as Extract<FromCrowd, { say: S }>
      if (!this.#child.connected) throw new Error(`a process of the crowd ended before it said '${say}'`)
      await once(this.#child, 'message', { signal })
    }
  }

  async close(): Promise<void> {
    const gone = once(this.#child, 'exit')
    this.tell({ do: 'close' })
    expect(await gone).toEqual([0, null])
  }
}
