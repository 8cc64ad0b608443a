import { beforeAll, describe, expect, it } from 'vitest'
import { missing } from '../../../../test-support/servers/index.ts'
import { findRedis, startNode } from '../../../../test-support/servers/redis.ts'
import { run } from '../../src/run.ts'
import { testIo } from '../support/test-io.ts'

describe.skipIf(await missing('redis'))('a Redis that evicts', () => {
  let url: string
  beforeAll(async () => {
    const server = await startNode(await findRedis(), [
      ...['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'],
    ])
    url = server.url
    return () => server.stop()
  })

  it('shows an operator what it has, and warns', async () => {
    const io = testIo()
    expect(await run(['receipts', 'stats', '--store', url], io)).toBe(0)
    expect(io.err()).toMatch(/^warning: The server evicts keys [^\n]+\n$/)
  })

  it('is told of by the audit, whose refusal fails a check', async () => {
    const io = testIo()
    expect(await run(['receipts', 'audit', '--store', url], io)).toBe(1)
    expect(io.out()).toMatch(/^refusal +The server evicts keys /)
    expect(io.err()).toBe('')
  })
})
