import { expect, it, onTestFinished } from 'vitest'
import { proveHttp } from '../../../../src/testing/index.ts'
import { type Fault, tinyService } from './tiny-service.ts'

async function serviceWith(fault?: Fault) {
  const service = await tinyService(fault)
  onTestFinished(() => service.close())
  return service
}

const quick = { body: '{"amount":5}', requests: 40, processes: 2, rounds: 2, leaseMs: 200, seed: 1 }

it('finds that a right service keeps every promise', async () => {
  const { url, countEffects } = await serviceWith()
  const proof = await proveHttp({ ...quick, url, countEffects })
  expect(proof.scenarios.map(({ id, verdict }) => [id, verdict.kind])).toEqual([
    ['duplicate', 'held'],
    ['concurrent', 'held'],
  ])
})
