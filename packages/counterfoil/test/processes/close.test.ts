import { expect, it } from 'vitest'
import { sqliteStore } from '../../src/stores/sqlite/index.ts'
import { freshFolder, WorkerProcess } from './worker-process.ts'

const ATTEMPTS = 20

it(`a process told to end settles its ${ATTEMPTS} attempts first, and exits 0`, async () => {
  const { file, ledger } = freshFolder()
  const worker = await WorkerProcess.start({ file, ledger, guarantee: 'at-most-once', leaseMs: 10_000 })
  const answers = Array.from({ length: ATTEMPTS }, (_, index) =>
    worker.call({ key: `order-${index}`, calls: 1, effectMs: 300 }),
  )
  for (let begun = 0; begun < ATTEMPTS; begun += 1) await worker.hears('effect')
  worker.signal('SIGTERM')
  expect((await Promise.all(answers)).flat().filter((answer) => 'value' in answer)).toHaveLength(ATTEMPTS)
  expect(await worker.exit()).toBe(0)
  const store = sqliteStore(file)
  const { places } = await store.stats()
  expect(places).toMatchObject({ in_progress: 0, abandoned: 0, succeeded: ATTEMPTS })
  await store.close()
})
