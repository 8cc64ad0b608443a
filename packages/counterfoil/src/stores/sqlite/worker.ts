import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { batchSize, MAX_BATCH } from './batch-size.ts'
import { insist } from './busy.ts'
import { storeClock } from './clock.ts'
import type { FaultContext } from './faults.ts'
import { File } from './file.ts'
import { leanAnswer, type Posted, type Reply, replyWith } from './messages.ts'
import { unpack } from './packing.ts'
import { writeTogether } from './transaction.ts'
import type { Write } from './write.ts'

// The writing thread: it may wait for a lock and for the disk, so that the event loop doesn't.

const port = parentPort
if (port === null) throw new Error('This is a worker: it is started by the SQLite store.')

const context = workerData as FaultContext
const clock = storeClock()
const file = new File(context, clock)

/** How long COMMIT takes lately. */
let commitMs = 0

port.on('message', (first: Posted) => {
  const waiting = take(first)
  while (waiting.length > 0) {
    // What arrived while the last transaction was on its way to the disk goes into the next one.
    takeArrived(waiting)
    port.postMessage(reply(waiting.splice(0, batchSize(waiting.length, commitMs))))
  }
})

function takeArrived(waiting: Write[]): void {
  while (waiting.length < 2 * MAX_BATCH) {
    const next = receiveMessageOnPort(parentPort as MessagePort)
    if (next === undefined) return
    waiting.push(...take(next.message as Posted))
  }
}

function take(posted: Posted): Write[] {
  if (posted === 'close') {
    file.close()
    port?.close()
    return []
  }
  clock.observe(posted.latest)
  return unpack(posted)
}

function reply(writes: readonly Write[]): Reply {
  try {
    const connection = insist(context.busyTimeoutMs, () => file.connection)
    const begin = (): void => {
      insist(context.busyTimeoutMs, () => connection.begin.run())
    }
    const results = writeTogether({ connection, clock, begin, afterCommit }, writes)
    return replyWith(
      clock.now(),
      results.map((result, index) =>
        'answer' in result
          ? { answer: leanAnswer(writes[index] as Write, result.answer) }
          : { fault: file.afterError(result.error) },
      ),
    )
  } catch (error) {
    const fault = file.afterError(error)
    return replyWith(
      clock.now(),
      writes.map(() => ({ fault })),
    )
  }
}

function afterCommit(tookMs: number): void {
  commitMs += (tookMs - commitMs) / 8
}
