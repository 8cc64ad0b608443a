import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { storeClock } from '../../../src/stores/sqlite/clock.ts'
import { openConnection } from '../../../src/stores/sqlite/connection.ts'
import { faultOf as faultOfError } from '../../../src/stores/sqlite/faults.ts'
import { sqliteStore } from '../../../src/stores/sqlite/index.ts'
import { writeTogether } from '../../../src/stores/sqlite/transaction.ts'
import { requestWith, retryOf } from '../../../src/testing/requests.ts'
import { claimed, faultOf, newFolder, newPath, openAt, outcome, strangerAt } from './a-file.ts'

const succeeded = { as: 'succeeded', outcome } as const

describe('a file that another process keeps locked', () => {
  it('is waited for, while the event loop runs on; then the call fails, and later works', async () => {
    const path = newPath()
    const store = openAt(path, { busyTimeoutMs: 100 })
    const first = requestWith()
    const fence = await claimed(store, first)
    const stranger = strangerAt(path)
    stranger.exec('BEGIN IMMEDIATE')
    let turns = 0
    const turning = setInterval(() => {
      turns += 1
    }, 1)
    const failed = await faultOf(store.settle(fence, succeeded))
    clearInterval(turning)
    expect(failed.fault).toBe('locked')
    expect(failed.message).toContain(path)
    expect(failed.message).toContain('100 ms')
    expect(turns).toBeGreaterThan(3)
    stranger.exec('COMMIT')
    expect((await store.settle(fence, succeeded)).kind).toBe('settled')
  })

  it('is written as soon as it is free', async () => {
    const path = newPath()
    const store = openAt(path)
    await store.stats()
    const stranger = strangerAt(path)
    stranger.exec('BEGIN IMMEDIATE')
    const claim = store.claim(requestWith())
    await new Promise((resolve) => setImmediate(resolve))
    stranger.exec('COMMIT')
    expect((await claim).kind).toBe('claimed')
  })

  it('still answers what changes nothing: a replay, a conflict, in progress', async () => {
    const path = newPath()
    const store = openAt(path, { busyTimeoutMs: 0 })
    const [done, running] = [requestWith(), requestWith()]
    await store.settle(await claimed(store, done), succeeded)
    await claimed(store, running)
    strangerAt(path).exec('BEGIN IMMEDIATE')
    expect((await store.claim(retryOf(done))).kind).toBe('replay')
    expect((await store.claim(retryOf(running))).kind).toBe('in_progress')
    expect((await store.sweep(10)).removed).toBe(0)
    expect((await faultOf(store.claim(requestWith()))).fault).toBe('locked')
  })

  it('is the same to a store that runs on this thread alone', async () => {
    const path = newPath()
    const store = openAt(path, { busyTimeoutMs: 30, reach: () => {} })
    await store.stats()
    const stranger = strangerAt(path)
    stranger.exec('BEGIN IMMEDIATE')
    const calls = await Promise.all([
      faultOf(store.claim(requestWith())),
      faultOf(store.claim(requestWith())),
    ])
    expect(calls.map(({ fault }) => fault)).toEqual(['locked', 'locked'])
    stranger.exec('COMMIT')
    expect((await store.claim(requestWith())).kind).toBe('claimed')
  })

  it('can be locked before it was ever opened', async () => {
    const path = newPath()
    const stranger = strangerAt(path)
    stranger.exec('CREATE TABLE theirs (a); BEGIN EXCLUSIVE')
    const store = openAt(path, { busyTimeoutMs: 30 })
    expect((await faultOf(store.claim(requestWith()))).fault).toBe('locked')
    stranger.exec('COMMIT')
    expect((await store.claim(requestWith())).kind).toBe('claimed')
  })
})

describe('a full disk', () => {
  it('fails the write and keeps what is stored; once there is room, the same connection writes again', () => {
    const clock = storeClock()
    const connection = openConnection(newPath(), clock)
    const by = { connection, clock, begin: () => void connection.begin.run() }
    const [kept, refused] = [requestWith(), requestWith({ request: new Uint8Array(200_000) })]
    writeTogether(by, [{ do: 'claim', request: kept }])
    connection.database.exec('PRAGMA max_page_count = 20')
    const [small, large] = writeTogether(by, [
      { do: 'claim', request: retryOf(kept) },
      { do: 'claim', request: refused },
    ])
    expect(small).toMatchObject({ answer: { kind: 'in_progress' } })
    expect(faultOfError((large as { error: unknown }).error, { path: 'x', busyTimeoutMs: 0 }).fault).toBe(
      'full',
    )
    connection.database.exec('PRAGMA max_page_count = 1000')
    expect(writeTogether(by, [{ do: 'claim', request: refused }])[0]).toMatchObject({
      answer: { kind: 'claimed' },
    })
    connection.database.close()
  })

  it.skipIf(!mayMount())('of a real file system does the same to a store', async () => {
    const folder = newFolder()
    mount(folder, '1m')
    const path = join(folder, 'receipts.db')
    const store = openAt(path)
    const first = requestWith()
    const fence = await claimed(store, first)
    const filler = join(folder, 'filler')
    fill(filler)
    const large = { as: 'succeeded', outcome: new Uint8Array(100_000).fill(7) } as const
    const failed = await faultOf(store.settle(fence, large))
    expect(failed.fault).toBe('full')
    expect(failed.message).toContain(path)
    expect((await store.read(first.id)).receipt?.state).toBe('in_progress')
    const many = await Promise.allSettled(
      Array.from({ length: 40 }, () => store.claim(requestWith({ request: large.outcome }))),
    )
    for (const result of many) {
      expect(result).toMatchObject({ status: 'rejected', reason: { fault: 'full' } })
    }
    rmSync(filler)
    expect((await store.settle(fence, large)).kind).toBe('settled')
    await store.close()
  })
})

describe('a file that may not be written', () => {
  it.each(['file', 'folder'])(
    'because of the rights on its %s: is read, and written once it may be',
    async (what) => {
      const path = newPath()
      const first = requestWith()
      const before = sqliteStore(path)
      const fence = await claimed(before, first)
      await before.close()
      const theirs = what === 'file' ? path : dirname(path)
      chmodSync(dirname(path), 0o777)
      chmodSync(path, 0o666)
      chmodSync(theirs, what === 'file' ? 0o444 : 0o555)
      const store = openAt(path)
      await asNobody(async () => {
        const failed = await faultOf(store.settle(fence, succeeded))
        expect(['read_only', 'unreachable']).toContain(failed.fault)
        expect(failed.message).toContain(path)
        asOwner(() => {
          chmodSync(theirs, what === 'file' ? 0o666 : 0o777)
          // Made by SQLite meanwhile, with the rights of the file.
          for (const beside of [`${path}-wal`, `${path}-shm`])
            if (existsSync(beside)) chmodSync(beside, 0o666)
        })
        expect((await store.settle(fence, succeeded)).kind).toBe('settled')
      })
      expect((await store.claim(retryOf(first))).kind).toBe('replay')
    },
  )
})

describe('a file that is no store', () => {
  it('because its folder is missing: is created once that is there', async () => {
    const path = join(newFolder(), 'missing', 'receipts.db')
    const store = openAt(path)
    const failed = await faultOf(store.claim(requestWith()))
    expect(failed).toMatchObject({ fault: 'unreachable' })
    expect(failed.message).toContain('folder does not exist')
    mkdirSync(dirname(path))
    expect((await store.claim(requestWith())).kind).toBe('claimed')
  })

  it('because it is a folder', async () => {
    expect((await faultOf(openAt(newFolder()).claim(requestWith()))).fault).toBe('unreachable')
  })

  it('because it is another kind of file: it stays as it is', async () => {
    const path = newPath()
    const text = 'not a database, but a letter. '.repeat(200)
    writeFileSync(path, text)
    const failed = await faultOf(openAt(path).claim(requestWith()))
    expect(failed.fault).toBe('corrupt')
    expect(failed.message).toContain('not a SQLite database')
    expect(readFileSync(path, 'utf8')).toBe(text)
  })

  it('because its first page was overwritten', async () => {
    const path = await withReceipts(3)
    overwrite(path, 0, 100)
    expect((await faultOf(openAt(path).stats())).fault).toBe('corrupt')
  })

  it('because its pages were overwritten: what reads or writes there fails, and says so', async () => {
    const path = await withReceipts(200)
    overwrite(path, 4096, statSync(path).size - 4096)
    const store = openAt(path)
    for (const call of [
      () => store.stats(),
      () => store.claim(requestWith()),
      () => store.list({}, { limit: 10 }),
    ]) {
      const failed = await faultOf(call())
      expect(failed.fault).toBe('corrupt')
      expect(failed.message).toContain('damaged')
    }
  })

  it('because a newer version wrote it: it stays as it is', async () => {
    const path = await withReceipts(1)
    const stranger = strangerAt(path)
    stranger.exec(`UPDATE counterfoil_meta SET value = 99 WHERE name = 'schema_version'`)
    stranger.close()
    const before = readFileSync(path)
    const failed = await faultOf(openAt(path).claim(requestWith()))
    expect(failed.fault).toBe('newer_version')
    expect(failed.message).toContain('schema 99')
    expect(readFileSync(path).equals(before)).toBe(true)
  })
})

describe('a file shared with an application', () => {
  it('keeps its tables, and the receipts beside them', async () => {
    const path = newPath()
    const stranger = strangerAt(path)
    stranger.exec(
      'CREATE TABLE receipts (mine TEXT); INSERT INTO receipts VALUES (1); CREATE TABLE meta (mine TEXT)',
    )
    const store = openAt(path)
    expect((await store.claim(requestWith())).kind).toBe('claimed')
    expect(stranger.prepare('SELECT count(*) AS n FROM receipts').get()).toEqual({ n: 1 })
  })
})

describe('every message', () => {
  it('is one sentence about the file, and brings no error of SQLite along', async () => {
    const path = newPath()
    writeFileSync(path, 'x'.repeat(5000))
    const error = await openAt(path)
      .claim(requestWith())
      .catch((caught: Error) => caught)
    expect(error).toBeInstanceOf(Error)
    expect((error as Error).cause).toBeUndefined()
    expect((error as Error).message).toMatch(/^The SQLite store [^\n]+\.$/)
  })
})

describe('options', () => {
  it.each([
    [':memory:', {}, 'memoryStore()'],
    ['', {}, 'name a file'],
    ['a\0b', {}, 'name a file'],
    ['receipts.db', { busyTimeoutMs: -1 }, '0 or more'],
    ['receipts.db', { busyTimeoutMs: Number.NaN }, '0 or more'],
  ])('%j with %j are refused with advice', (path, options, advice) => {
    expect(() => sqliteStore(path, options)).toThrow(advice)
  })
})

async function withReceipts(count: number): Promise<string> {
  const path = newPath()
  const store = sqliteStore(path)
  await Promise.all(
    Array.from({ length: count }, async () => {
      await store.settle(await claimed(store, requestWith()), succeeded)
    }),
  )
  await store.close()
  return path
}

function overwrite(path: string, from: number, length: number): void {
  const file = openSync(path, 'r+')
  writeSync(file, new Uint8Array(length).fill(0xa5), 0, length, from)
  closeSync(file)
}

function fill(path: string): void {
  const file = openSync(path, 'w')
  try {
    for (;;) writeSync(file, new Uint8Array(4096))
  } catch {
    // Full: as it should be.
  } finally {
    closeSync(file)
  }
}

/** Rights don't bind root: its tests go on as nobody. */
async function asNobody(act: () => Promise<void>): Promise<void> {
  if (process.geteuid?.() !== 0) return act()
  process.seteuid?.(NOBODY)
  try {
    await act()
  } finally {
    process.seteuid?.(0)
  }
}

const NOBODY = 65_534

function asOwner(act: () => void): void {
  const root = process.getuid?.() === 0
  if (root) process.seteuid?.(0)
  act()
  if (root) process.seteuid?.(NOBODY)
}

/** Only root may: in other places the test above, on a limited number of pages, stands for it. */
function mayMount(): boolean {
  const folder = newFolderForGood()
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]).status === 0
  if (mounted) spawnSync('umount', [folder])
  rmSync(folder, { recursive: true })
  return mounted
}

function newFolderForGood(): string {
  const folder = join(tmpdir(), `counterfoil-mount-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  return folder
}

function mount(folder: string, size: string): void {
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder])
  expect(status).toBe(0)
  onTestFinished(() => {
    spawnSync('umount', ['--lazy', folder])
  })
}
