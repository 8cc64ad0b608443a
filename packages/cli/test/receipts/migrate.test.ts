import { randomBytes } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { postgresDatabase } from '../../../../test-support/servers/index.ts'
import { run } from '../../src/run.ts'
import { testIo } from '../support/test-io.ts'

describe('counterfoil receipts migrate', () => {
  it('creates the tables, says what it did, and does nothing a second time', async () => {
    const database = await postgresDatabase()
    onTestFinished(() => database.drop())
    const store = `${database.url}?schema=s${randomBytes(4).toString('hex')}`
    const before = testIo()
    expect(await run(['receipts', 'stats', '--store', store], before)).toBe(69)
    expect(before.err()).toContain('counterfoil receipts migrate --store <url>')
    const first = testIo()
    expect(await run(['receipts', 'migrate', '--store', store], first)).toBe(0)
    expect(first.out()).toBe('Applied 1 migration: 1.\n')
    const second = testIo()
    expect(await run(['receipts', 'migrate', '--store', store], second)).toBe(0)
    expect(second.out()).toBe('The tables are up to date: nothing was changed.\n')
    expect(await run(['receipts', 'stats', '--store', store], testIo())).toBe(0)
  })

  it('prints the SQL without connecting to anything', async () => {
    const io = testIo()
    const store = 'postgres://user:secret@nowhere.invalid/shop?schema=billing&table-prefix=cf_'
    expect(await run(['receipts', 'migrate', '--print', '--store', store], io)).toBe(0)
    expect(io.out()).toContain('CREATE TABLE "billing"."cf_receipts"')
    expect(io.out()).not.toContain('secret')
    expect(io.err()).toBe('')
  })

  it('is refused for a store that has no server', async () => {
    const io = testIo()
    expect(await run(['receipts', 'migrate', '--store', 'sqlite:receipts.db'], io)).toBe(2)
    expect(io.err()).toContain('postgres://')
  })
})
