/**
 * `process.ts STORE_URL`: a process of an application. For each line of stdin, `{ keys, callers, effectMs }`, it sends so
 * many callers to each of the keys at once and, when all are answered, says what that took.
 */
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createReceipts, openStore } from 'counterfoil'
import { type Charge, chargeCard, orderFor } from '../payload.ts'
import { type Calls, CountedStore } from './calls.ts'

export interface Crowd {
  readonly keys: readonly string[]
  /** To each key, in this process. */
  readonly callers: number
  readonly effectMs: number
}

export interface CrowdSeen {
  readonly answered: number
  readonly effects: number
  readonly calls: Calls
  readonly heapBytesAWaiter: number
  /** When an effect ended here, and when the last caller was answered; milliseconds since 1970. */
  readonly effectEndedAt: number
  readonly lastAnswerAt: number
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const [url = ''] = process.argv.slice(2)
const counted = new CountedStore(await openStore(url))
const receipts = createReceipts({ store: counted.store, sweep: 'off' })
let effectMs = 0
let effects = 0
let effectEndedAt = 0
const operation = receipts.operation<Charge>('charge-card', { guarantee: 'at-most-once', wait: '1m' })
process.stdout.write('ready\n')

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await send(JSON.parse(line) as Crowd))}\n`)
}
await receipts.close()

async function send(crowd: Crowd): Promise<CrowdSeen> {
  counted.take()
  effectMs = crowd.effectMs
  effects = 0
  effectEndedAt = 0
  let answered = 0
  const heapBefore = heapUsed()
  const all = crowd.keys.flatMap((key) =>
    Array.from({ length: crowd.callers }, async () => {
      await operation.once({ tenant: 'acme', key, request: orderFor(key) }, charge)
      answered += 1
    }),
  )
  const done = Promise.all(all)
  await pause(crowd.effectMs / 2)
  const heapBytes = heapUsed() - heapBefore
  await done
  return {
    answered,
    effects,
    calls: counted.take(),
    heapBytesAWaiter: heapBytes / all.length,
    effectEndedAt,
    lastAnswerAt: performance.timeOrigin + performance.now(),
  }
}

/** Long enough for every caller of every process to be there. */
async function charge(): Promise<Charge> {
  await pause(effectMs)
  effects += 1
  effectEndedAt = performance.timeOrigin + performance.now()
  return chargeCard()
}

function heapUsed(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}
