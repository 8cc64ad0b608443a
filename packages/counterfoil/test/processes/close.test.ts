import { expect, it } from 'vitest'
import { sqliteStore } from '../../src/stores/sqlite/index.ts'
import { freshFolder, WorkerProcess } from './worker-process.ts'

const ATTEMPTS = 20

it(`a process told to end settles its ${ATTEMPTS} attempts first, takes no new one, and exits 0`, async () => {
  const { file, ledger } = freshFolder()
  const worker = await WorkerProcess.start({ file, ledger, guarantee: 'at-most-once', leaseMs: 10_000 })
  const attempts = Array.from({ length: ATTEMPTS }, (_, index) =>
    worker.call({ key: `order-${index}`, calls: 1, effectMs: 60_000 }),
  )
  await worker.hearsTimes(ATTEMPTS, 'effect')
  worker.signal('SIGTERM')
  await worker.hears('closing')
  worker.tell({ do: 'call', key: 'too late', calls: 1, effectMs: 1 })
  worker.tell({ do: 'go on' })

  // The answers of 21 calls, in the order in which they ended: the one that came too late first.
  attempts.push(worker.hears('answers').then(({ answers }) => answers))
  const answers = (await Promise.all(attempts)).flat()
  expect(answers[0]).toEqual({ code: 'receipts_closed' })
  expect(answers.slice(1).filter((answer) => 'value' in answer)).toHaveLength(ATTEMPTS)
  expect(await worker.exit()).toBe(0)

  const store = sqliteStore(file)
  const { places } = await store.stats()
  expect(places).toMatchObject({ in_progress: 0, abandoned: 0, succeeded: ATTEMPTS })
  await store.close()
})
