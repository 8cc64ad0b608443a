import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { missing } from '../../../../test-support/servers/index.ts'
import { nodeRuntime, OutcomeUnknown } from '../../src/index.ts'
import { type PostgresStoreOptions, postgresStore } from '../../src/stores/postgres/index.ts'
import { type FaultPoint, openTcpProxy, type ProxiedMessage, type TcpProxy } from '../../src/testing/index.ts'
import { databaseForFile } from '../testing/on-a-database.ts'
import { callFor } from './call.ts'
import { CUTS_PER_POINT, SILENCES_PER_POINT } from './counts.ts'
import { type Ground, orders, receiptsOn } from './ground.ts'
import { type PostgresGround, pgGround } from './postgres-ground.ts'

// A proxy between the store and the server meets one message of a transaction, and does away with its connection. By `pg`
// alone: `postgres` 3.4.9 writes its ROLLBACK to a connection that is gone, outside of any promise (docs/transactions.md).

type Met = 'claim' | 'handler' | 'settle' | 'commit'

const points: readonly FaultPoint[] = ['before', 'inside', 'sent', 'answered']
const met: readonly Met[] = ['claim', 'handler', 'settle', 'commit']

/** What a message of each kind has in it. */
const texts: Readonly<Record<Met, RegExp>> = {
  claim: /ON CONFLICT \(id\) DO NOTHING/,
  handler: /INSERT INTO effects/,
  settle: /state = 'succeeded'/,
  commit: /^.{0,20}\bcommit\b/is,
}

describe.skipIf(await missing('postgres'))('a connection that is lost in a transaction', () => {
  const database = databaseForFile()

  const cuts = met.flatMap((what) => points.map((at) => [what, at] as const))
  it.each(cuts)(
    `cut at its %s, %s: one effect, and its caller gets the outcome, ${CUTS_PER_POINT} times`,
    (what, at) => cutSome(what, at, CUTS_PER_POINT),
  )

  // Not in the handler: how long that waits for its own statements is the application's to say.
  const silences = (['claim', 'settle', 'commit'] as const).flatMap((what) =>
    points.map((at) => [what, at] as const),
  )
  it.each(silences)(
    `silent at its %s, %s: its caller is answered within a bound, and a retry after its end gets the one outcome, ${SILENCES_PER_POINT} times`,
    async (what, at) => {
      for (let number = 0; number < SILENCES_PER_POINT; number += 1) {
        const ground = await pgGround(database.url)
        const { proxy, openStore } = await proxied(ground, { answerWithinMs: 300 })
        // Its time goes fifty times as fast, so that nobody has to wait for it.
        const runtime = { ...nodeRuntime, monotonicMs: () => performance.now() * 50 }
        const { receipts } = receiptsOn(over(ground, openStore), { runtime })
        const operation = orders(receipts, { wait: '200ms' })
        const fault = proxy.plan({ at, effect: 'black_hole', when: is(what) })
        const call = operation.onceInTransaction(callFor('a'), enters('a'))
        // The server knows nothing of the silence, and may hold the key for a transaction that nobody ends.
        const end = await call.then(
          ({ value }) => value,
          ({ code }) => code,
        )
        expect(['placed', 'still_in_progress', 'outcome_unknown', 'store_unavailable']).toContain(end)
        await fault.struck
        await proxy.close()
        const another = orders(receiptsOn(ground).receipts)
        const retry = await another.onceInTransaction(
          callFor('a'),
          ground.effect('a', () => 'placed'),
        )
        expect(retry.value).toBe('placed')
        if (end === 'placed') expect(retry.replayed).toBe(true)
        expect(await ground.effects('a')).toBe(1)
        expect(await ground.disagreements()).toEqual([])
      }
    },
  )

  it('is told as unknown where it was at its commit and the server stays away; a retry tells what it came to', async () => {
    const ground = await pgGround(database.url)
    const { proxy, openStore } = await proxied(ground)
    // Its time goes a hundred times as fast, so that nobody has to wait for it.
    const runtime = { ...nodeRuntime, monotonicMs: () => performance.now() * 100 }
    const operation = orders(receiptsOn(over(ground, openStore), { runtime }).receipts)
    const fault = proxy.plan({ at: 'answered', effect: 'cut', when: is('commit') })
    void fault.struck.then(() => proxy.close())
    const unknown = operation.onceInTransaction(callFor('a'), enters('a'))
    const error = await unknown.catch((thrown) => thrown)
    expect(error).toBeInstanceOf(OutcomeUnknown)
    expect(error).toMatchObject({ standing: 'undecided', retryAfterMs: 0 })
    const another = orders(receiptsOn(ground).receipts)
    const retry = await another.onceInTransaction(
      callFor('a'),
      ground.effect('a', () => 'again'),
    )
    expect(retry).toMatchObject({ value: 'placed', replayed: true })
    expect(await ground.effects('a')).toBe(1)
  })

  async function cutSome(what: Met, at: FaultPoint, times: number): Promise<void> {
    const ground = await pgGround(database.url)
    const { proxy, openStore } = await proxied(ground)
    const { receipts, events } = receiptsOn(over(ground, openStore))
    const operation = orders(receipts)
    for (let number = 0; number < times; number += 1) {
      const key = `order-${number}`
      const struck = proxy.counts.struck
      proxy.plan({ at, effect: 'cut', when: is(what) })
      const call = operation.onceInTransaction(callFor(key), enters(key))
      // What breaks in the handler's own statement is thrown by the handler, and is its caller's.
      if (what === 'handler') {
        await expect(call).rejects.toThrow()
        expect(await ground.effects(key)).toBe(0)
      } else {
        expect(await call).toMatchObject({ value: 'placed', replayed: false, receipt: 'settled' })
        expect(await ground.effects(key)).toBe(1)
      }
      // The control: it has bitten.
      expect(proxy.counts.struck).toBe(struck + 1)
      expect(await ground.disagreements()).toEqual([])
    }
    const unknown = events.filter(({ type }) => type === 'commit_unknown').length
    expect(unknown).toBe(what === 'commit' ? times : 0)
  }

  async function proxied(
    { schema }: PostgresGround<pg.PoolClient>,
    options: PostgresStoreOptions = {},
  ): Promise<{ proxy: TcpProxy; openStore: Ground<unknown, 'async'>['openStore'] }> {
    const { hostname, port } = new URL(database.url)
    const proxy = await openTcpProxy({ host: hostname, port: Number(port) })
    const url = proxy.through(database.url)
    onTestFinished(() => proxy.close())
    const pool = new pg.Pool({ connectionString: url, options: `-c search_path=${schema}` })
    pool.on('error', () => undefined)
    onTestFinished(() => void pool.end())
    return { proxy, openStore: () => postgresStore(pool, { schema, ...options }) }
  }
})

/** The same ground, with a store of another making. */
function over(
  ground: PostgresGround<pg.PoolClient>,
  openStore: Ground<unknown, 'async'>['openStore'],
): Ground<unknown, 'async'> {
  return { ...(ground as unknown as Ground<unknown, 'async'>), openStore }
}

function is(what: Met): (message: ProxiedMessage) => boolean {
  return ({ bytes }) => texts[what].test(bytes.toString('latin1'))
}

function enters(key: string) {
  return async (tx: unknown): Promise<string> => {
    await (tx as pg.PoolClient).query('INSERT INTO effects (key) VALUES ($1)', [key])
    return 'placed'
  }
}
