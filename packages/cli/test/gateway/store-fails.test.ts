import { DatabaseSync } from 'node:sqlite'
import { openStore } from 'counterfoil'
import { expect, it, onTestFinished } from 'vitest'
import { ask, keyed } from './ask.ts'
import { newStore } from './gateway-process.ts'
import { gatewayTo, upstream } from './world.ts'

it.each([
  [
    'has no room',
    (database) => `PRAGMA max_page_count = ${pages(database)}`,
    'PRAGMA max_page_count = 100000',
  ],
  ['can’t be written', () => 'PRAGMA query_only = 1', 'PRAGMA query_only = 0'],
] as [string, (database: DatabaseSync) => string, string][])(
  'a file that %s: 503, and the upstream is not called; and service again once that is over',
  async (_what, fails, mended) => {
    const behind = await upstream((_, response) => response.end('paid'))
    const nowAll = everyConnection()
    const { port, errors } = await gatewayTo(behind.port, { lease: '300ms' }, await openStore(newStore()))
    expect((await ask(port, keyed('first', '{}'))).status).toBe(200)

    nowAll(fails)
    let served = 1
    let answer = await ask(port, keyed('0', '{}'))
    // What is free within its pages is used up first.
    for (let key = 1; answer.status === 200; key += 1) {
      served += 1
      answer = await ask(port, keyed(String(key), '{}'))
    }
    expect(answer.status).toBe(503)
    expect(answer.field('content-type')).toBe('application/problem+json')
    expect(answer.json()).toMatchObject({ status: 503, retry: 'later', error: { type: 'store-unavailable' } })
    expect(answer.json()).toMatchObject({ detail: expect.stringMatching(/^The request was not run/) })
    expect((await ask(port, keyed('last', '{}'))).status).toBe(503)
    expect(behind.runs()).toBe(served)
    // What is settled can still be read.
    expect((await ask(port, keyed('first', '{}'))).field('idempotent-replayed')).toBe('true')

    nowAll(() => mended)
    expect((await ask(port, keyed('last', '{}'))).body.toString()).toBe('paid')
    expect((await ask(port, keyed('last', '{}'))).field('idempotent-replayed')).toBe('true')
    expect(behind.runs()).toBe(served + 1)
    expect(errors.length).toBeGreaterThan(0)
    for (const error of errors) expect(error).toMatchObject({ code: 'store_unavailable' })
  },
)

/** Says something to each connection that is opened in this process, also to those opened later. */
function everyConnection(): (says: (database: DatabaseSync) => string) => void {
  const opened = new Set<DatabaseSync>()
  let say: ((database: DatabaseSync) => string) | undefined
  const { prepare } = DatabaseSync.prototype
  DatabaseSync.prototype.prepare = function (this: DatabaseSync, ...args) {
    const isNew = !opened.has(this)
    opened.add(this)
    if (isNew && say) this.exec(say(this))
    return Reflect.apply(prepare, this, args)
  }
  onTestFinished(() => {
    DatabaseSync.prototype.prepare = prepare
  })
  return (says) => {
    say = says
    for (const database of opened) if (database.isOpen) database.exec(says(database))
  }
}

function pages(database: DatabaseSync): number {
  return (database.prepare('PRAGMA page_count').get() as { page_count: number }).page_count
}
