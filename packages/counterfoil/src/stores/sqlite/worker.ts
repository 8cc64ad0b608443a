import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { insist } from './busy.ts'
import { storeClock } from './clock.ts'
import type { FaultContext } from './faults.ts'
import { File } from './file.ts'
import { MAX_BATCH, type Posted, type Reply } from './messages.ts'
import { writeTogether } from './transaction.ts'
import type { Write } from './write.ts'

// The writing thread: it may wait for a lock and for the disk, so that the event loop doesn't.

const port = parentPort
if (port === null) throw new Error('This is a worker: it is started by the SQLite store.')

const context = workerData as FaultContext
const clock = storeClock()
const file = new File(context, clock)

port.on('message', (first: Posted) => {
  let writes = take(first)
  while (writes.length > 0) {
    // What arrived while the last transaction was on its way to the disk goes into the next one.
    for (let more = writes.length < MAX_BATCH; more; more = more && writes.length < MAX_BATCH) {
      const next = receiveMessageOnPort(port)
      if (next === undefined) break
      writes.push(...take(next.message as Posted))
    }
    port.postMessage(reply(writes.slice(0, MAX_BATCH)))
    writes = writes.slice(MAX_BATCH)
  }
})

function take(posted: Posted): Write[] {
  if (posted === 'close') {
    file.close()
    port?.close()
    return []
  }
  clock.observe(posted.latest)
  return [...posted.writes]
}

function reply(writes: readonly Write[]): Reply {
  try {
    const connection = insist(context.busyTimeoutMs, () => file.connection)
    const begin = (): void => {
      insist(context.busyTimeoutMs, () => connection.begin.run())
    }
    const results = writeTogether({ connection, clock, begin }, writes)
    return {
      latest: clock.now(),
      results: results.map((result) =>
        'answer' in result ? result : { fault: file.afterError(result.error) },
      ),
    }
  } catch (error) {
    const fault = file.afterError(error)
    return { latest: clock.now(), results: writes.map(() => ({ fault })) }
  }
}
