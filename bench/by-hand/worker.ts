import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import type { Write } from './lane.ts'
import { openTable } from './table.ts'
import { together } from './transaction.ts'

const port = parentPort
if (port === null) throw new Error('This is a worker: grouped-worker-lane.ts starts it.')

const table = openTable(workerData as string)

port.on('message', (first: Write[] | 'close') => {
  if (first === 'close') {
    table.close()
    port.close()
    return
  }
  const writes = first
  // More than that makes a transaction no cheaper, and its callers wait longer.
  while (writes.length < 256) {
    const next = receiveMessageOnPort(port)
    if (next === undefined) break
    writes.push(...(next.message as Write[]))
  }
  port.postMessage(together(table, writes))
})
