import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openStore } from '../../../src/open.ts'
import { migrateTables, postgresStore, readUrl, tablesScript } from '../../../src/stores/postgres/index.ts'
import { requestWith } from '../../../src/testing/requests.ts'
import { databaseForFile, newSchema } from '../../testing/on-a-database.ts'
import { faultOf, newTables } from './a-store.ts'

const database = databaseForFile()

/** A schema that is not there yet, and gone after the test. */
function unmadeSchema(name: string = newSchema()): string {
  onTestFinished(async () => {
    await database.pool.query(`DROP SCHEMA IF EXISTS "${name.replaceAll('"', '""')}" CASCADE`)
  })
  return name
}

describe('a store without tables', () => {
  it('is refused, with one sentence that names the command, and nothing is created', async () => {
    const schema = unmadeSchema()
    const { fault, message } = await faultOf(openStore(`${database.url}?schema=${schema}`))
    expect(fault).toBe('failed')
    expect(message).toContain('counterfoil receipts migrate --store <url>')
    const { rows } = await database.pool.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema])
    expect(rows).toHaveLength(0)
  })

  it('makes them where it is asked to, and goes on once somebody else has made them', async () => {
    const [asked, waiting] = [unmadeSchema(), unmadeSchema()]
    const store = await openStore(`${database.url}?schema=${asked}&migrate=true&table-prefix=my_`)
    onTestFinished(() => store.close())
    expect((await store.claim(requestWith())).kind).toBe('claimed')
    const { rows } = await database.pool.query(`SELECT count(*)::int AS count FROM "${asked}".my_receipts`)
    expect(rows).toEqual([{ count: 1 }])
    const later = postgresStore(database.url, { schema: waiting })
    onTestFinished(() => later.close())
    await faultOf(later.claim(requestWith()))
    await migrateTables(database.url, { schema: waiting })
    expect((await later.claim(requestWith())).kind).toBe('claimed')
  })

  it('has each migration made once, however many make them at the same moment', async () => {
    const schema = unmadeSchema()
    const applied = await Promise.all(
      Array.from({ length: 12 }, () => migrateTables(database.url, { schema })),
    )
    expect(applied.flat().length).toBeGreaterThanOrEqual(1)
    const { rows } = await database.pool.query(`SELECT version FROM ${schema}.counterfoil_migrations`)
    expect(rows).toEqual([{ version: 1 }])
    expect(await migrateTables(database.url, { schema })).toEqual([])
  })

  it('has them as well from the printed SQL, run by another tool', async () => {
    const schema = unmadeSchema()
    await database.pool.query(tablesScript({ schema }))
    const store = await openStore(`${database.url}?schema=${schema}`)
    onTestFinished(() => store.close())
    expect((await store.claim(requestWith())).kind).toBe('claimed')
    expect(await migrateTables(database.url, { schema })).toEqual([])
  })

  it('quotes whatever its schema and tables are called', async () => {
    const schema = unmadeSchema(`a "b" 'c' $1; ${randomUUID().slice(0, 8)}`)
    const options = { schema, tablePrefix: `it's "mine" ` }
    await migrateTables(database.url, options)
    const store = postgresStore(database.url, options)
    onTestFinished(() => store.close())
    const request = requestWith()
    expect((await store.claim(request)).kind).toBe('claimed')
    await store.stats()
    await store.sweep(10)
    await store.audit()
    expect((await store.list({}, { limit: 10 })).receipts).toHaveLength(1)
  })
})

describe('tables of another version', () => {
  it('are refused and left as they are where a newer version made them', async () => {
    const tables = await newTables(database)
    await database.pool.query(`INSERT INTO ${tables.names.migrations} (version) VALUES (99)`)
    expect((await faultOf(tables.open().claim(requestWith()))).fault).toBe('newer_version')
    expect((await faultOf(tables.open({ migrate: true }).claim(requestWith()))).fault).toBe('newer_version')
  })
})

describe('a connection', () => {
  it('that is a pool of the user stays open when the store is closed', async () => {
    const tables = await newTables(database)
    const pool = tables.newPool()
    const store = postgresStore(pool, { schema: tables.schema })
    await store.claim(requestWith())
    store.watch(requestWith().id, () => undefined)
    await store.close()
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })

  it('that is none of those it takes is refused at once', () => {
    for (const wrong of [new pg.Client(), {}, null, 'mysql://host/db', () => undefined]) {
      expect(() => postgresStore(wrong as never)).toThrow(/'connection'/)
    }
  })

  it.each([
    ['a password that is wrong', 'postgres://postgres:hunter2@127.0.0.1:1/db', 'no server at its address'],
    ['a database that is not there', undefined, 'no such database'],
  ])('with %s is told in one sentence without the password', async (_what, url, says) => {
    const missing = new URL(database.url)
    missing.pathname = '/not_there'
    missing.password = 'hunter2'
    const { fault, message } = await faultOf(openStore(url ?? missing.href))
    expect(fault).toBe('unreachable')
    expect(message).toContain(says)
    expect(message).toMatch(/^[^\n]+\.$/)
    expect(message).not.toContain('hunter2')
  })
})

describe('the URL', () => {
  it("gives the store's options to the store, and none of them to the driver", () => {
    const { connection, options } = readUrl(
      'postgresql://u:p%3Fq@h/db?schema=a&sslmode=require&table-prefix=b_&migrate=true&max-connections=3&answer-within-ms=900',
    )
    expect(connection).toBe('postgresql://u:p%3Fq@h/db?sslmode=require')
    expect(options).toEqual({
      schema: 'a',
      tablePrefix: 'b_',
      migrate: true,
      maxConnections: 3,
      answerWithinMs: 900,
    })
    expect(() => readUrl('postgres://h/db?migrate=yes')).toThrow(/true or false/)
    expect(() => postgresStore('postgres://h/db', { maxConnections: Number('x') })).toThrow(/maxConnections/)
    // Node's timers fire at once where they are asked for more.
    expect(() => postgresStore('postgres://h/db', { answerWithinMs: 2 ** 31 })).toThrow(/answerWithinMs/)
    expect(() => postgresStore('postgres://h/db', { schema: 'pg_mine' })).toThrow(/schema/)
    expect(() => postgresStore('postgres://h/db', { tablePrefix: 'x'.repeat(60) })).toThrow(/tablePrefix/)
  })

  it("refuses an option of the store's that is misspelt, and leaves to the driver what is the driver's", () => {
    expect(() => readUrl('postgres://h/db?tablePrefix=b_')).toThrow(
      /'tablePrefix'.* is written 'table-prefix'/,
    )
    expect(() => readUrl('postgres://h/db?max_connections=3')).toThrow(/is written 'max-connections'/)
    expect(() => readUrl('postgres://h/db?table-prefx=b_')).toThrow(
      /isn't known: the store's are schema, table-prefix/,
    )
    const foreign =
      'postgres://h/db?sslmode=require&channel_binding=require&pgbouncer=true&connectionTimeoutMillis=5'
    expect(readUrl(foreign)).toEqual({ connection: foreign, options: {} })
    // Not the name of an option, but the rest of a password.
    expect(readUrl('postgres://u:p?ss-word@h/db').options).toEqual({})
  })
})

describe('a URL that leads to no connection', () => {
  it('without a password that the server asks for says so, and leaves no connection open', async () => {
    // AuthenticationSASL, and AuthenticationSASLContinue ("Message Formats" of the manual).
    const asks = ['\0\0\0\nSCRAM-SHA-256\0\0', '\0\0\0\vr=1']
    const asking = createServer((socket) => {
      const left = asks.map((body) => `R\0\0\0${String.fromCharCode(body.length + 4)}${body}`)
      socket.on('data', () => socket.write(left.shift() ?? ''))
      socket.on('error', () => undefined)
    }).listen(0, '127.0.0.1')
    await once(asking, 'listening')
    const { port } = asking.address() as AddressInfo
    const { message } = await faultOf(openStore(`postgres://somebody@127.0.0.1:${port}/shop`))
    expect(message).toContain('is asked for a password')
    // It ends once the last of its connections has.
    await new Promise((resolve) => asking.close(resolve))
  })

  it('asks for TLS of a server without it, and is told', async () => {
    const { message } = await faultOf(openStore(`${database.url}?sslmode=verify-full`))
    expect(message).toContain('asks for TLS')
  })

  it('is refused where it can not be read, and not shown', async () => {
    const error = await openStore('postgres://somebody:s3#cret@127.0.0.1/shop')
      .then((store) => store.audit())
      .catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'store_url_invalid' })
    expect(String(error)).toContain('percent-encoding')
    expect(String(error)).not.toContain('s3')
  })
})
