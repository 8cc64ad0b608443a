import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { postgresDatabase } from '../../../../test-support/servers/index.ts'
import type { Counter } from '../../src/prove/counters/counter.ts'
import { type CounterFlags, openCounter } from '../../src/prove/counters/open-counter.ts'

const hostileKeys = [
  `order-1`,
  `a b&c=d#e?f/../g%41`,
  `'; DROP TABLE effects; --`,
  `$(touch pwned) \`touch pwned\` "; touch pwned #`,
  `'"'"\\'$COUNTERFOIL_KEY`,
]

async function counter(flags: CounterFlags): Promise<Counter> {
  const opened = await openCounter(flags, () => {})
  if (opened === undefined) throw new Error('nothing counts')
  onTestFinished(() => opened.close())
  return opened
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'counterfoil-count-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** Answers with how often its key is among those given. */
async function countingServer(answer: (count: number) => [status: number, body: string]): Promise<string> {
  const server = createServer((request, response) => {
    const key = new URL(request.url ?? '', 'http://x').searchParams.get('key')
    const [status, body] = answer(hostileKeys.filter((each) => each === key).length)
    response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end(body)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/count?key={key}`
}

describe('a count over HTTP', () => {
  it.each(hostileKeys)('finds the key %j', async (key) => {
    const { count } = await counter({ countUrl: await countingServer((seen) => [200, String(seen)]) })
    expect([await count(key), await count(`${key}x`)]).toEqual([1, 0])
  })

  it('is found in JSON by its pointer', async () => {
    const countUrl = await countingServer((seen) => [200, JSON.stringify({ data: [{ 'a/b': seen }] })])
    expect(await (await counter({ countUrl, countPointer: '/data/0/a~1b' })).count('order-1')).toBe(1)
    const wrong = await counter({ countUrl, countPointer: '/data/1' })
    await expect(wrong.count('order-1')).rejects.toThrow('no whole number at /data/1')
  })

  it.each<[number, string, string]>([
    [302, '1', 'answered with 302'],
    [500, '1', 'answered with 500'],
    [200, 'one', 'bare whole number'],
    [200, '-1', 'bare whole number'],
    [200, '1.5', 'bare whole number'],
    [200, '', 'bare whole number'],
  ])('is none where the answer is %i %j', async (status, body, message) => {
    const { count } = await counter({ countUrl: await countingServer(() => [status, body]) })
    await expect(count('order-1')).rejects.toThrow(message)
  })
})

describe('a count by SQL', () => {
  const schema = 'CREATE TABLE effects (key TEXT NOT NULL)'

  it.each([
    'SELECT count(*) FROM effects WHERE key = {key}',
    "SELECT count(*) FROM effects WHERE key = '{key}'",
  ])('is asked of SQLite with the key bound: %s', async (countSql) => {
    const path = join(folder(), 'app.db')
    const database = new DatabaseSync(path)
    database.exec(schema)
    for (const key of hostileKeys) database.prepare('INSERT INTO effects VALUES (?)').run(key)
    database.close()
    const { count } = await counter({ countSql, db: `sqlite:${path}` })
    for (const key of hostileKeys) expect([await count(key), await count(`${key}x`)]).toEqual([1, 0])
  })

  it('is asked of PostgreSQL with the key bound, and may change nothing', async () => {
    const database = await postgresDatabase()
    onTestFinished(() => database.drop())
    const { default: pg } = await import('pg')
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    await client.query(schema)
    for (const key of hostileKeys) await client.query('INSERT INTO effects VALUES ($1)', [key])
    await client.end()
    const countSql = 'SELECT count(*) FROM effects WHERE key = {key}'
    const { count } = await counter({ countSql, db: database.url })
    for (const key of hostileKeys) expect([await count(key), await count(`${key}x`)]).toEqual([1, 0])
    const writing = await counter({ countSql: 'DELETE FROM effects WHERE key = {key}', db: database.url })
    await expect(writing.count('order-1')).rejects.toThrow(/^--count-sql can't be asked: .*read-only/)
    expect(await count('order-1')).toBe(1)
  })

  it('changes nothing on SQLite', async () => {
    const path = join(folder(), 'app.db')
    new DatabaseSync(path).exec(`${schema}; INSERT INTO effects VALUES ('order-1')`)
    const { count } = await counter({
      countSql: 'DELETE FROM effects WHERE key = {key}',
      db: `sqlite:${path}`,
    })
    await expect(count('order-1')).rejects.toThrow(/^--count-sql can't be asked: .*readonly/)
  })

  it.each<[CounterFlags, string]>([
    [{ countSql: 'SELECT 1 WHERE {key} = {key}' }, 'needs --db'],
    [{ countSql: "SELECT 1 WHERE a LIKE '%{key}%'", db: 'sqlite:package.json' }, 'not inside of a text'],
    [{ countSql: 'SELECT 1', db: 'sqlite:package.json' }, 'must have {key}'],
    [{ countSql: 'SELECT {key}', db: 'sqlite:nowhere.db' }, 'no file nowhere.db'],
    [{ countSql: 'SELECT {key}', db: 'mysql://root:secret@db/app' }, '--db must be a URL'],
    [{ countUrl: 'http://127.0.0.1/count' }, '--count-url must have {key}'],
    [{ countCmd: 'echo 1' }, '--count-cmd must have {key}'],
    [{ countPointer: '/n' }, '--count-pointer needs'],
  ])('is refused before anything is sent: %j', async (flags, message) => {
    const refused = openCounter(flags, () => {})
    await expect(refused).rejects.toThrow(message)
    await expect(refused).rejects.not.toThrow('secret')
  })
})

describe('a count by a command', () => {
  it.each([
    'grep -cxF -- {key} FILE || true',
    `grep -cxF -- "{key}" FILE || true`,
    `grep -cxF -- '{key}' FILE; true`,
  ])('reaches it with the key as one argument: %s', async (command) => {
    const path = join(folder(), 'effects')
    writeFileSync(path, hostileKeys.map((key) => `${key}\n`).join(''))
    const { count } = await counter({ countCmd: `cd ${join(path, '..')}; ${command.replace('FILE', path)}` })
    for (const key of hostileKeys)
      expect([key, await count(key), await count(`${key}x`)]).toEqual([key, 1, 0])
  })

  it('is none where the command fails, and its words are for who sits there, not for the report', async () => {
    const said: string[] = []
    const failing = await openCounter({ countCmd: 'echo secret >&2; exit 3 # {key}' }, (line) =>
      said.push(line),
    )
    const count = failing?.count('order-1')
    await expect(count).rejects.toThrow(/^--count-cmd ended with 3\.$/)
    expect(said).toEqual(['secret'])
  })

  it('is none where grep counts nothing and fails, and what to write is told', async () => {
    const counter = await openCounter({ countCmd: 'grep -c {key} /dev/null' }, () => {})
    await expect(counter?.count('order-1')).rejects.toThrow(/ended with 1\. .*write \|\| true after it/)
  })
})
