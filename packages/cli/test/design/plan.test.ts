import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { migrateTables } from 'counterfoil/postgres'
import { describe, expect, it } from 'vitest'
import { freePort } from '../../../../test-support/servers/free-port.ts'
import { postgresDatabase, redisUrl } from '../../../../test-support/servers/index.ts'
import { designText } from './answers.ts'
import type { AtTheEnd } from './at-the-end.ts'
import { blocksIn, sectionOf } from './blocks.ts'
import { countingService } from './counting-service.ts'
import { commandsOf, holds, soak } from './plan.ts'
import { startable } from './startable.ts'

const root = join(import.meta.dirname, '../../../..')
const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const source = ['--conditions=@counterfoil/source', '--disable-warning=ExperimentalWarning']

const few = ['--rounds', '1', '--requests', '8', '--processes', '1']
/** All of one design's; of the others what tells them apart: a crash. */
function isQuick(command: readonly string[], name: string): boolean {
  return name === 'card-charge' || command.includes('--kill-cmd')
}

/** In place of 30 s, so that what waits for a lease does not take that long. */
const LEASE = '1s'
const quick = ['--lease', LEASE, '--late', '50ms']

function newFolder(atTheEnd: AtTheEnd): string {
  const folder = mkdtempSync(join(tmpdir(), 'counterfoil-plan-'))
  atTheEnd(() => rmSync(folder, { recursive: true, force: true }))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  return folder
}

/** A store of the kind that the design names. */
async function storeFor(name: string, atTheEnd: AtTheEnd): Promise<string> {
  if (designText(name).includes('| receipts | Redis, '))
    return `${await redisUrl()}?prefix=plan-${name}-${process.pid}:`
  const database = await postgresDatabase()
  atTheEnd(() => database.drop())
  await migrateTables(database.url)
  return database.url
}

async function proveHttp(
  name: string,
  at: { readonly port: number; readonly counting: number; readonly reports: string },
  also: readonly string[],
): Promise<void> {
  const commands = await commandsOf(name, 'http')
  expect(commands.length).toBeGreaterThanOrEqual(5)
  for (const command of commands.filter((each) => soak || isQuick(each, name))) {
    const { pathname } = new URL(command[command.indexOf('--url') + 1] ?? '')
    await holds(command, [
      ...['--url', `http://127.0.0.1:${at.port}${pathname}`],
      ...['--count-url', `http://127.0.0.1:${at.counting}/effects?key={key}`],
      ...['--report', at.reports],
      ...few,
      ...quick,
      ...(command.includes('--kill-cmd') ? also : []),
    ])
  }
}

describe('the test plan of a design', () => {
  it.concurrent.for(['card-charge', 'tenant-provisioning'])(
    'holds in front of a service, by the gateway: %s',
    async (name, { onTestFinished: atTheEnd }) => {
      const counting = await countingService(atTheEnd)
      const [port, store, folder] = [await freePort(), await storeFor(name, atTheEnd), newFolder(atTheEnd)]
      const [yaml = ''] = blocksIn(sectionOf(designText(name), '## 10.'), 'yaml')
      const config = join(folder, 'counterfoil.yaml')
      writeFileSync(config, yaml.replace('lease: 30s', `lease: ${LEASE}`))
      const to = ['--upstream', `http://127.0.0.1:${counting}`, '--listen', `127.0.0.1:${port}`]
      const gateway = [...source, main, 'gateway', '--config', config, ...to, '--store', store]
      const { kill, restart } = await startable(atTheEnd, folder, port, gateway)
      const at = { port, counting, reports: join(folder, 'proofs') }
      await proveHttp(name, at, ['--kill-cmd', kill, '--restart-cmd', restart])
    },
  )

  it.concurrent('holds in front of a service, by the library: webhook-intake', async (test) => {
    const { onTestFinished: atTheEnd } = test
    const name = 'webhook-intake'
    const counting = await countingService(atTheEnd)
    const [port, store, folder] = [await freePort(), await storeFor(name, atTheEnd), newFolder(atTheEnd)]
    const [module = ''] = blocksIn(sectionOf(designText(name), '## 10.'), 'ts')
    writeFileSync(join(folder, 'webhook-intake.ts'), module.replace(`lease: '30s'`, `lease: '${LEASE}'`))
    const server = fileURLToPath(new URL('./serve-webhooks.ts', import.meta.url))
    const program = [...source, server, folder, String(port), String(counting)]
    const { kill, restart } = await startable(atTheEnd, folder, port, program, { RECEIPTS_URL: store })
    const at = { port, counting, reports: join(folder, 'proofs') }
    await proveHttp(name, at, ['--kill-cmd', kill, '--restart-cmd', restart])
  })
})
