import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { postgresDatabase } from '../../../../test-support/servers/index.ts'
import { redisOfItsOwn } from '../prove/store/redis-of-its-own.ts'
import { designText, kept } from './answers.ts'
import { commandsOf, holds, soak } from './plan.ts'

const few = ['--rounds', '1', '--calls', '40', '--processes', '2']

/** A store of the kind that a design names, and how it is restarted here. */
interface StagingStore {
  readonly url: string
  readonly restart: readonly string[]
}

async function stagingStore(name: string, folder: string): Promise<StagingStore> {
  const [, kind = ''] = /^\| receipts \| (\w+), /m.exec(designText(name)) ?? []
  if (kind === 'SQLite') return { url: `sqlite:${join(folder, 'receipts.db')}`, restart: [] }
  if (kind === 'Redis') {
    const { url, killCmd, restartCmd } = await redisOfItsOwn('--appendonly yes --appendfsync always')
    return { url, restart: ['--kill-cmd', killCmd, '--restart-cmd', restartCmd] }
  }
  const { url, drop } = await postgresDatabase()
  onTestFinished(drop)
  const program = fileURLToPath(new URL('./cut-connections.ts', import.meta.url))
  const cut = `'${process.execPath}' '${program}' '${url}'`
  return { url, restart: ['--restart-cmd', cut, '--failover-cmd', cut] }
}

/** One for each kind of store: the rest is played in the soak. */
const quick: Readonly<Record<string, RegExp>> = {
  'email-send': /^one-claim,storm$/,
  'queue-job': /^restart$/,
  'card-charge': /^failover$/,
}

describe('the test plan of a design', () => {
  it.each(soak ? kept : Object.keys(quick))('holds at a store: %s', async (name) => {
    const folder = mkdtempSync(join(tmpdir(), 'counterfoil-store-plan-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const { url, restart } = await stagingStore(name, folder)
    const commands = await commandsOf(name, 'store')
    expect(commands.length).toBeGreaterThan(0)
    for (const [prove = '', store = '', , ...own] of commands) {
      const only = own[own.indexOf('--only') + 1] ?? ''
      if (!soak && !quick[name]?.test(only)) continue
      const restarts = /^(restart|failover)$/.test(only) ? restart : []
      await holds([prove, store, url, ...own], [...few, ...restarts, '--report', join(folder, 'proofs')])
    }
  })
})
