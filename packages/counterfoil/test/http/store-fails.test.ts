import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { idempotent } from '../../src/http/node.ts'
import { createReceipts } from '../../src/index.ts'
import { sqliteStore } from '../../src/stores/sqlite/index.ts'
import { ask, type Sent } from './raw-client.ts'

const keyed: Sent = { headers: [['Idempotency-Key', 'order-4711']] }

it('a store that cannot be asked: 503, nothing runs, and its owner is told why', async () => {
  const { port, runs, told } = await serviceOverABrokenFile({})
  for (const _time of [1, 2]) {
    const refused = await ask(port, keyed)
    expect([refused.status, refused.json()]).toMatchObject([503, { error: { type: 'store-unavailable' } }])
  }
  expect(runs()).toBe(0)
  expect(told).toMatchObject([{ code: 'store_unavailable' }, { code: 'store_unavailable' }])
})

it('a store that cannot be asked, with failOpen: each request runs, and its owner is told why', async () => {
  const { port, runs, told } = await serviceOverABrokenFile({ failOpen: true })
  for (const run of [1, 2]) {
    const answer = await ask(port, keyed)
    expect([answer.status, answer.body.toString()]).toEqual([200, `run ${run}`])
    expect(answer.field('idempotent-replayed')).toBeUndefined()
  }
  expect(runs()).toBe(2)
  expect(told).toMatchObject([{ code: 'store_unavailable' }, { code: 'store_unavailable' }])
})

async function serviceOverABrokenFile(options: { readonly failOpen?: boolean }) {
  const folder = mkdtempSync(join(tmpdir(), 'counterfoil-broken-'))
  const path = join(folder, 'receipts.db')
  writeFileSync(
    path,
    'not a database, but as long as the header of one, and a little longer than that is: '.repeat(20),
  )
  const receipts = createReceipts({ store: sqliteStore(path) })
  const operation = receipts.operation<never>('POST /charges', { guarantee: 'at-least-once' })
  const told: unknown[] = []
  let runs = 0
  const onError = (error: unknown): void => void told.push(error)
  const server = createServer(
    idempotent(operation, { tenant: () => 'acme', onError, ...options }, (_request, response) => {
      runs += 1
      response.end(`run ${runs}`)
    }),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await receipts.close()
    rmSync(folder, { recursive: true })
  })
  return { port: (server.address() as AddressInfo).port, runs: () => runs, told }
}
