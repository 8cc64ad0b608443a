import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ReceiptStore } from 'counterfoil'
import { sqliteStore } from 'counterfoil/sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { abandoned, json, response, settled } from '../support/receipts.ts'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

let folder: string
let file: string
let store: ReceiptStore
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'counterfoil-'))
  file = join(folder, 'receipts.db')
  store = sqliteStore(file)
  await store.stats()
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true })
})

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function start(args: readonly string[], env: Record<string, string> = {}): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, ['--conditions=@counterfoil/source', main, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, COUNTERFOIL_STORE: `sqlite:${file}`, ...env },
  })
}

function command(args: readonly string[], env: Record<string, string> = {}, stdin = ''): Promise<Ended> {
  const child = start(args, env)
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  child.stdin.on('error', () => {})
  child.stdin.end(stdin)
  return new Promise((done) => child.on('close', (code) => done({ code, out, err })))
}

function receipts(...args: readonly string[]): Promise<Ended> {
  return command(['receipts', ...args])
}

describe('counterfoil receipts, on a file that a service has open', () => {
  it('finds, shows, releases and settles', async () => {
    await settled(store, response(201, '{"id":1}'), { key: 'order-1' })
    const held = await abandoned(store, { key: 'order-2' })
    const list = await receipts('ls', '--state', 'abandoned', '--keys', '--json')
    expect(list).toMatchObject({ code: 0, err: '' })
    expect(JSON.parse(list.out)).toMatchObject({ id: held.id, key: 'order-2', state: 'abandoned' })
    expect(await receipts('show', 'order-1', '--body', 'raw')).toEqual({ code: 0, out: '{"id":1}', err: '' })
    const resolved = await receipts(
      ...[
        'resolve',
        'order-2',
        '--as',
        'succeeded',
        '--json-value',
        '{"id":2}',
        '--reason',
        'INC-1',
        '--yes',
      ],
    )
    expect(resolved).toMatchObject({ code: 0, err: '' })
    expect(resolved.out).toContain('Settled as succeeded, with JSON, 8 B')
    expect(await receipts('show', 'order-2', '--body', 'raw')).toMatchObject({ out: '{"id":2}' })
    expect(await receipts('release', 'order-2', '--reason', 'INC-2', '--yes')).toEqual({
      code: 1,
      out: '',
      err: 'counterfoil: The receipt has succeeded, and a success never changes until it expires, so that it may be cached: a new request needs a new key.\n',
    })
    expect(await receipts('sweep')).toMatchObject({ code: 0, out: 'Nothing was due.\n' })
    expect((await receipts('stats')).out).toMatch(/succeeded +2 /)
    expect(await receipts('audit')).toMatchObject({ code: 0, err: '' })
  })

  it('takes --store before the environment', async () => {
    await settled(store, json(1))
    const ended = await command(['receipts', 'ls', '--store', `sqlite:${file}`, '--json'], {
      COUNTERFOIL_STORE: 'sqlite:nowhere.db',
    })
    expect(ended).toMatchObject({ code: 0, err: '' })
    expect(ended.out).not.toBe('')
  })

  it('reads a key from stdin', async () => {
    await settled(store, json(1), { key: 'order-1' })
    expect(await command(['receipts', 'show', '-', '--body', 'raw'], {}, 'order-1\n')).toMatchObject({
      out: '1',
    })
  })

  it('ends quietly when its reader has gone', async () => {
    for (let at = 0; at < 300; at += 1) {
      await settled(store, response(200, 'x'.repeat(2000)), { key: `key-${at}`, operation: 'o'.repeat(1000) })
    }
    const child = start(['receipts', 'ls', '--all', '--json'])
    let err = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text
    })
    const ended = new Promise((done) => child.on('close', done))
    child.stdout.once('data', () => child.stdout.destroy())
    expect(await ended).toBe(0)
    expect(err).toBe('')
  })

  it('asks nobody where nobody is, and changes nothing', async () => {
    const held = await abandoned(store)
    const ended = await receipts('release', 'order-4711', '--reason', 'INC-1')
    expect(ended).toMatchObject({ code: 2, out: '' })
    expect(ended.err).toBe(
      'counterfoil: Nobody is there to ask: add --yes to change the receipt without a question.\n',
    )
    expect((await store.read(held.id)).receipt?.state).toBe('in_progress')
  })
})

describe('its exit code', () => {
  it('is 69 for a file that is not there, and the file is not created', async () => {
    const ended = await receipts('ls', '--store', 'sqlite:typo.db')
    expect(ended).toMatchObject({ code: 69, out: '' })
    expect(ended.err).toBe(
      'counterfoil: There is no file typo.db; name the file that your service writes (nothing was created).\n',
    )
    expect(existsSync(join(folder, 'typo.db'))).toBe(false)
  })

  it('is 69 for a file that is no store', async () => {
    writeFileSync(join(folder, 'letter.txt'), 'Dear reader, this is no database. '.repeat(100))
    const ended = await receipts('ls', '--store', 'sqlite:letter.txt')
    expect(ended).toMatchObject({ code: 69, out: '' })
    expect(ended.err).toMatch(/^counterfoil: The SQLite store .*\.\n$/)
  })

  it.each<[number, readonly string[], Record<string, string>, RegExp]>([
    [0, ['--help'], {}, /^$/],
    [0, ['--version'], {}, /^$/],
    [2, [], {}, /Usage: counterfoil/],
    [2, ['receipts'], {}, /Usage: counterfoil receipts/],
    [2, ['receipts', 'lss'], {}, /^counterfoil: unknown command 'lss' \(Did you mean ls\?\)\n$/],
    [2, ['receipts', 'ls', '--jsn'], {}, /^counterfoil: unknown option '--jsn' \(Did you mean --json\?\)\n$/],
    [2, ['receipts', 'ls', '--state', '\u001b[2J'], {}, /^counterfoil: .*\\u\{1b\}\[2J.*\n$/],
    [2, ['receipts', 'ls', '--limit', '0'], {}, /^counterfoil: .*whole number from 1/],
    [2, ['receipts', 'ls', '--older-than', 'soon'], {}, /^counterfoil: The option '--older-than'/],
    [
      2,
      ['receipts', 'release', 'key'],
      {},
      /^counterfoil: required option '--reason <text>' not specified\.\n$/,
    ],
    [2, ['receipts', 'ls'], { COUNTERFOIL_STORE: '' }, /^counterfoil: No store is named/],
    [
      2,
      ['receipts', 'ls'],
      { COUNTERFOIL_STORE: 'memory:' },
      /^counterfoil: A memory store lives inside one/,
    ],
    [2, ['receipts', 'ls'], { COUNTERFOIL_STORE: 'mongo://a:secret@b' }, /^counterfoil: (?!.*secret)/],
    [3, ['receipts', 'show', 'nowhere'], {}, /^counterfoil: No receipt is kept under this key/],
  ])('is %i for %j', async (code, args, env, err) => {
    const ended = await command(args, env)
    expect(ended.code).toBe(code)
    expect(ended.err).toMatch(err)
    expect(ended.err).not.toMatch(/\n {4}at /)
  })

  it('comes with a stack only for who debugs', async () => {
    const ended = await command(['receipts', 'show', 'nowhere'], { COUNTERFOIL_DEBUG: '1' })
    expect(ended.err).toMatch(/\n {4}at /)
  })
})

it('colours are for terminals, and for who forces them', async () => {
  await settled(store, json(1))
  const code = String.fromCharCode(27)
  expect((await receipts('ls')).out).not.toContain(code)
  expect((await command(['receipts', 'ls'], { FORCE_COLOR: '1' })).out).toContain(code)
  expect((await command(['receipts', 'ls'], { NO_COLOR: '1' })).out).not.toContain(code)
})
