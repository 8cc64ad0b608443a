import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { fenceOf } from '../../../src/core/index.ts'
import { sqlStateOf, unavailable } from '../../../src/stores/postgres/faults.ts'
import { postgresStore } from '../../../src/stores/postgres/index.ts'
import { requestWith, retryOf, succeeded } from '../../../src/testing/requests.ts'
import { databaseForFile } from '../../testing/on-a-database.ts'
import { claimed, faultOf, newTables, settledWith } from './a-store.ts'
import { rewritingPool } from './rewriting-pool.ts'

const database = databaseForFile()

describe('a session that may not write', () => {
  it('takes no claim, and says that it needs the primary', async () => {
    const tables = await newTables(database)
    const store = tables.open({ over: tables.newPool({ options: '-c default_transaction_read_only=on' }) })
    const { fault, message } = await faultOf(store.claim(requestWith()))
    expect(fault).toBe('read_only')
    expect(message).toContain('name the primary')
    expect((await store.audit()).filter(({ level }) => level === 'refusal')).toHaveLength(1)
  })
})

describe('a standby', () => {
  it('is refused when it is opened, and when a server has become one: its receipts lag behind', async () => {
    const tables = await newTables(database)
    let standby = 'true'
    const pool = rewritingPool(tables.newPool(), (text) => text.replace('pg_is_in_recovery()', standby))
    const store = postgresStore(pool, { schema: tables.schema })
    expect(await faultOf(store.read(requestWith().id))).toMatchObject({ fault: 'read_only' })
    standby = 'false'
    await store.read(requestWith().id)
    standby = 'true'
    expect(await faultOf(store.read(requestWith().id))).toMatchObject({ fault: 'read_only' })
    await store.close()
  })
})

describe('a pool whose connections are all in use', () => {
  it('refuses a claim within the bound, and takes it once one is free', async () => {
    const tables = await newTables(database)
    const pool = tables.newPool({ max: 1 })
    const store = tables.open({ over: pool, answerWithinMs: 300 })
    await store.claim(requestWith())
    const held = await pool.connect()
    const { fault, message } = await faultOf(store.claim(requestWith()))
    expect(fault).toBe('unreachable')
    expect(message).toContain('no connection within 300 ms')
    held.release()
    expect((await store.claim(requestWith())).kind).toBe('claimed')
  })

  it('keeps no holder from renewing, writing a step and settling', async () => {
    const tables = await newTables(database)
    const pool = tables.newPool({ max: 1 })
    const store = tables.open({ over: pool })
    const receipt = await claimed(store, requestWith())
    const held = await pool.connect()
    expect(await store.renew(fenceOf(receipt), 60_000)).toBe('renewed')
    expect(await store.saveStep(fenceOf(receipt), 'charge', new Uint8Array([1]))).toBe('written')
    expect((await store.settle(fenceOf(receipt), succeeded(), receipt)).kind).toBe('settled')
    held.release()
  })
})

describe('a server that does not answer', () => {
  it('is given up within the bound, and what was under way may be sent again', async () => {
    const tables = await newTables(database)
    const holder = await tables.connect()
    const store = tables.open({ answerWithinMs: 300 })
    const receipt = await claimed(store, requestWith())
    await holder.query(`BEGIN; LOCK TABLE ${tables.names.receipts} IN ACCESS EXCLUSIVE MODE`)
    const { fault, message } = await faultOf(store.renew(fenceOf(receipt), 60_000))
    expect(fault).toBe('unreachable')
    expect(message).toContain('may have been written')
    await holder.query('COMMIT')
    expect(await store.renew(fenceOf(receipt), 60_000)).toBe('renewed')
  })

  it('costs its connections and nothing else when they are ended', async () => {
    const tables = await newTables(database)
    const pool = tables.newPool({ application_name: 'to be ended' })
    const store = tables.open({ over: pool })
    await store.claim(requestWith())
    const administrator = await tables.connect()
    await administrator.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'to be ended'`,
    )
    const request = requestWith()
    const answers = []
    for (let sends = 0; sends < 3; sends += 1) {
      const answer = await store.claim(request).catch((error: { fault: unknown }) => error.fault)
      answers.push(answer)
    }
    expect(answers.at(-1)).toMatchObject({ kind: 'claimed', receipt: { attempt: 1 } })
  })
})

describe('a replay', () => {
  it('writes nothing to the log, and takes no lock on its row', async () => {
    const tables = await newTables(database)
    const store = tables.open()
    const request = requestWith()
    await settledWith(store, request, new Uint8Array(1000))
    const observer = await tables.connect()
    const versionOf = async (): Promise<unknown> =>
      (await observer.query(`SELECT xmin::text, xmax::text, ctid::text FROM ${tables.names.receipts}`)).rows
    const before = await versionOf()
    const xid = async (): Promise<unknown> =>
      (await observer.query('SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS next')).rows
    // The server is shared: that no transaction id was taken is looked at until nobody else took one either.
    for (let tries = 0; ; tries += 1) {
      const first = await xid()
      for (let replays = 0; replays < 20; replays += 1) {
        expect((await store.claim(retryOf(request))).kind).toBe('replay')
      }
      if (JSON.stringify(await xid()) === JSON.stringify(first)) break
      expect(tries).toBeLessThan(500)
    }
    expect(await versionOf()).toEqual(before)
  })
})

describe('an error', () => {
  it.each([
    ['40001', 'locked'],
    ['40003', 'unreachable'],
    ['53100', 'full'],
    ['53300', 'unreachable'],
    ['57P01', 'unreachable'],
    ['08006', 'unreachable'],
    ['XX001', 'corrupt'],
    ['42501', 'read_only'],
    ['54000', 'too_large'],
    ['12345', 'failed'],
    ['ECONNRESET', 'unreachable'],
    ['EPIPE', 'unreachable'],
    ['CONNECTION_CLOSED', 'unreachable'],
    [undefined, 'unreachable'],
  ])('of code %s is the fault %s, and quotes nothing of what the server said', (code, fault) => {
    const error = Object.assign(new Error('duplicate key (key)=(order-4711)'), code && { code })
    const told = unavailable(error)
    expect(told).toMatchObject({ fault })
    expect(told.message).toMatch(/^The PostgreSQL store [^\n]+\.$/)
    expect(told.message).not.toContain('4711')
    expect(sqlStateOf(Object.assign(new Error(), { code: 'EPIPE' }))).toBeUndefined()
  })

  it('says that a driver is missing, and how it is installed', () => {
    const script = `
      import { registerHooks } from 'node:module'
      registerHooks({
        resolve: (name, context, next) => {
          if (name === 'pg') throw Object.assign(new Error('not found'), { code: 'ERR_MODULE_NOT_FOUND' })
          return next(name, context)
        },
      })
      const { openStore } = await import('./src/open.ts')
      await openStore('postgres://user:hunter2@host/db').catch(({ code, message }) => console.log(code, message))`
    const said = execFileSync(
      process.execPath,
      ['--conditions=@counterfoil/source', '--input-type=module', '-e', script],
      {
        cwd: new URL('../../..', import.meta.url),
        encoding: 'utf8',
      },
    )
    expect(said).toBe("store_url_invalid The driver for 'postgres:' URLs is not installed: npm install pg.\n")
  })
})
