import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Lane } from './lane.ts'
import { openTable } from './table.ts'
import { turnBatch, type Waiting } from './turn-batch.ts'

/** What arrives while the last transaction is on its way to the disk is the next one, in a worker. */
export function groupedInWorkerLane(path: string): Lane {
  const table = openTable(path)
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: path, execArgv: [] })
  const waiting: Waiting[] = []
  worker.on('message', (held: boolean[]) => {
    waiting.splice(0, held.length).forEach(({ resolve }, index) => {
      resolve(held[index] === true)
    })
  })
  return {
    write: turnBatch((batch) => {
      waiting.push(...batch)
      worker.postMessage(batch.map(({ write }) => write))
    }),
    read: table.read,
    async close() {
      const exit = once(worker, 'exit')
      worker.postMessage('close')
      await exit
      table.close()
    },
  }
}
