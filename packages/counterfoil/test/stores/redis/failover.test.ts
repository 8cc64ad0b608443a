import { describe, expect, it } from 'vitest'
import { missing } from '../../../../../test-support/servers/index.ts'
import { type FailoverCounts, type FailoverTerms, measureFailover } from './failover.ts'

const runMs = process.env.COUNTERFOIL_SOAK ? 5000 : 400

describe.skipIf(await missing('redis'))('a failover to a replica that had not heard for 300 ms', () => {
  it('forgets claims and outcomes that were acknowledged, where nobody waited for replicas', async () => {
    const counts = await measured({ replicas: 1, waitForReplicas: 0 })
    expect(counts.grantedAgain).toBeGreaterThan(0)
    expect(counts.forgotten).toBeGreaterThan(0)
  })

  it('forgets nothing that was answered, where every replica was waited for', async () => {
    const counts = await measured({ replicas: 1, waitForReplicas: 1 })
    expect(counts.claims).toBeGreaterThan(0)
    expect(counts.unknown).toBeGreaterThan(0)
    expect(counts).toMatchObject({ grantedAgain: 0, forgotten: 0 })
  })

  it('forgets what only the other replica had acknowledged', async () => {
    const counts = await measured({ replicas: 2, waitForReplicas: 1 })
    expect(counts.grantedAgain).toBeGreaterThan(0)
  })

  it('forgets nothing that was answered, where both were waited for', async () => {
    const counts = await measured({ replicas: 2, waitForReplicas: 2 })
    expect(counts.claims).toBeGreaterThan(0)
    expect(counts).toMatchObject({ grantedAgain: 0, forgotten: 0 })
  })
})

async function measured(terms: Pick<FailoverTerms, 'replicas' | 'waitForReplicas'>): Promise<FailoverCounts> {
  const counts = await measureFailover({ ...terms, lagMs: 300, runMs })
  const { claims, grantedAgain, settles, forgotten, unknown } = counts
  if (process.env.COUNTERFOIL_SOAK) {
    process.stdout.write(
      `${terms.replicas} replicas, waitForReplicas ${terms.waitForReplicas}: ${grantedAgain} of ${claims} claims granted again, ${forgotten} of ${settles} outcomes forgotten, ${unknown} calls told as unknown\n`,
    )
  }
  return counts
}
