import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { StoreUnavailable, StoreUrlInvalid } from '../src/core/index.ts'
import { describeStore, openStore } from '../src/open.ts'
import { requestWith } from '../src/testing/requests.ts'

describe('openStore', () => {
  it.each(['memory:', 'memory://', 'MEMORY:'])('opens %s', async (url) => {
    expect((await openStore(url)).name).toBe('memory')
  })

  it('opens a SQLite file by its absolute path, written both ways, and they are one', async () => {
    const path = join(newFolder(), 'receipts %41#1.db')
    const request = requestWith()
    const [one, other] = [await openStore(`sqlite:${path}`), await openStore(`sqlite://${path}`)]
    expect(existsSync(path)).toBe(true)
    expect((await one.claim(request)).kind).toBe('claimed')
    expect((await other.read(request.id)).receipt?.state).toBe('in_progress')
    await Promise.all([one.close(), other.close()])
  })

  it('opens a SQLite file from the working directory', async () => {
    const folder = newFolder()
    const before = process.cwd()
    process.chdir(folder)
    try {
      const store = await openStore('sqlite:receipts.db')
      await store.close()
    } finally {
      process.chdir(before)
    }
    expect(existsSync(join(folder, 'receipts.db'))).toBe(true)
  })

  it.each([
    ['', 'begins with its scheme'],
    ['receipts.db', 'begins with its scheme'],
    ['/var/lib/receipts.db', 'begins with its scheme'],
    ['mysql://user:secret@host/db', `no store for 'mysql:'`],
    ['postgres:secret', 'postgres://'],
    ['file:receipts.db', `no store for 'file:'`],
    ['sqlite:', 'names no file'],
    ['sqlite://', 'names no file'],
    ['sqlite://receipts.db', `third '/'`],
    ['sqlite::memory:', `use 'memory:'`],
    ['sqlite:receipts.db?mode=ro', 'no options'],
    ['memory:x', 'no path'],
  ])('refuses %j with one sentence that says what works', async (url, says) => {
    const error = await openStore(url).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(StoreUrlInvalid)
    const { message } = error as Error
    expect(message).toContain(says)
    expect(message).toContain('memory:')
    expect(message).toMatch(/^[^\n]+\.$/)
    expect(message).not.toContain('secret')
  })

  it('refuses a file that is no store at once', async () => {
    const path = join(newFolder(), 'letter.txt')
    writeFileSync(path, 'Dear Sir or Madam, '.repeat(100))
    await expect(openStore(`sqlite:${path}`)).rejects.toBeInstanceOf(StoreUnavailable)
  })
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'counterfoil-open-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

describe('describeStore', () => {
  it.each([
    ['memory:', 'Map<', 'onAbandoned'],
    ['sqlite:receipts.db', 'CREATE TABLE counterfoil_receipts', 'BEGIN IMMEDIATE'],
    [
      'postgres://nobody@nowhere/billing?schema=billing&table-prefix=r_',
      '"billing"."r_receipts"',
      'ON CONFLICT (id) DO NOTHING',
    ],
    ['redis://nowhere:1/0?prefix=shop:', 'shop:{', 'PXAT'],
  ])('tells what %s keeps and how it claims, and opens nothing', async (url, schema, claim) => {
    const described = await describeStore(url)
    expect(described.schema).toContain(schema)
    expect(described.claim).toContain(claim)
    expect(existsSync('receipts.db')).toBe(false)
  })

  it('says what the opened store says', async () => {
    const url = `sqlite:${join(newFolder(), 'receipts.db')}`
    const store = await openStore(url)
    expect(await describeStore(url)).toEqual(store.describe())
    await store.close()
  })

  it.each(['mysql://user:secret@host/db', 'receipts.db', 'sqlite:', 'redis://secret@'])(
    'refuses %j',
    async (url) => {
      const error = await describeStore(url).catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(StoreUrlInvalid)
      expect((error as Error).message).not.toContain('secret')
    },
  )
})
