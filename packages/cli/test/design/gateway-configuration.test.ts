import { memoryStore } from 'counterfoil/memory'
import { describe, expect, it } from 'vitest'
import { designOf } from '../../src/design/design-of.ts'
import { type Config, loadConfig } from '../../src/gateway/config/load.ts'
import { createGateway } from '../../src/gateway/gateway.ts'
import { settingsFor } from '../gateway/world.ts'
import { answersText, changed } from './answers.ts'
import { blocksIn, sectionOf } from './blocks.ts'

async function configurationOf(answers: string): Promise<string> {
  const made = await designOf(answers, 'answers.yaml')
  if (made.kind === 'refused') throw new Error(made.lines.join('\n'))
  return sectionOf(made.document, '## 10.')
}

/** A gateway with the file's settings as they stand, but for its store: the library checks each of them. */
async function loads(answers: string): Promise<Config['routes'][number]> {
  const [yaml = ''] = blocksIn(await configurationOf(answers), 'yaml')
  const config = loadConfig(yaml, 'counterfoil.yaml')
  const [route] = config.routes
  if (route === undefined) throw new Error('there is no route')
  const { operation, http, keepRequest } = settingsFor(3000, { ...config.settings, ...route.settings })
  const { pattern, at } = route
  const settings = {
    ...settingsFor(3000, config.settings),
    routes: [{ pattern, at, operation, http, keepRequest }],
  }
  const gateway = createGateway(memoryStore(), settings)
  await gateway.close()
  return route
}

describe('the file for the gateway', () => {
  it('loads as it stands, with what was decided', async () => {
    const charges = await loads(answersText('card-charge'))
    expect(charges.pattern.text).toBe('POST /charges')
    expect(charges.settings).toMatchObject({
      guarantee: 'at-most-once',
      ttl: '1d',
      keyRetention: '7d',
      lease: '30s',
    })
    const tenants = await loads(answersText('tenant-provisioning'))
    expect(tenants.settings).toMatchObject({
      guarantee: 'at-least-once',
      keepRequest: true,
      recoverAbandoned: '5m',
    })
  })

  it.each([
    ['a key in the body', { 'key.found-in': '/id', 'proof.body': '{"id":"{key}"}' }, { keyPointer: '/id' }],
    [
      'a large request and a large outcome',
      { 'load.request': '8mb', 'load.outcome': '2mb', 'store.room': '90000gb' },
      { maxRequest: '16mb', captureLimit: '8mb' },
    ],
    ['another method', { 'operation.route': 'PUT /charges' }, { requireKey: true }],
    ['a long run', { 'operation.longest-duration': '20m' }, { maxDuration: '40m', wait: '10s' }],
  ])('loads with %s', async (_what, changes, settings) => {
    expect((await loads(changed('card-charge', changes))).settings).toMatchObject(settings)
  })

  it('lets requests by while the store is away only where the answers say so', async () => {
    const open = await loads(changed('tenant-provisioning', { 'store.unreachable': 'run-anyway' }))
    expect(open.settings).toMatchObject({ failOpen: true })
    expect((await loads(answersText('tenant-provisioning'))).settings).not.toHaveProperty('failOpen')
  })

  it.each([
    ['another field for the key', 'webhook-intake', {}, 'not from webhook-id'],
    [
      'a transaction',
      'order-write',
      {
        'operation.reached-by': 'http',
        'operation.route': 'POST /orders',
        'key.found-in': 'Idempotency-Key',
        'tenant.field': 'none',
        'proof.url': 'http://127.0.0.1:3000/orders',
        'proof.body': '{}',
        'proof.count': 'SELECT count(*) FROM orders WHERE key = {key}',
        'proof.kill': 'kill',
        'proof.restart': 'start',
      },
      'no proxy can join a transaction',
    ],
  ])('is none where the gateway cannot do it, and says why: %s', async (_what, name, changes, why) => {
    const configuration = await configurationOf(changed(name, changes))
    expect(configuration).toContain('The gateway cannot be used here: ')
    expect(configuration).toContain(why)
    expect(blocksIn(configuration, 'yaml')).toEqual([])
  })
})
