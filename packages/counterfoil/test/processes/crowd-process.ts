import { createReceipts } from '../../src/engine/index.ts'
import { openStore, type ReceiptStore } from '../../src/index.ts'
import { enter } from './ledger.ts'
import { overStore } from './over-store.ts'

/** What the test tells it to do. */
export type ToCrowd =
  | { readonly do: 'hold' }
  | { readonly do: 'wait'; readonly callers: number }
  | { readonly do: 'go on' }
  | { readonly do: 'close' }

export type FromCrowd =
  | { readonly say: 'ready' }
  | { readonly say: 'holding' }
  | { readonly say: 'waiting'; readonly bytesPerWaiter: number }
  | {
      readonly say: 'answered'
      readonly values: readonly string[]
      readonly claims: number
      readonly reads: number
    }

// One process of a crowd that all wants the outcome of one call.

const [url, ledger, key] = process.argv.slice(2) as [string, string, string]
const say = (message: FromCrowd): void => void process.send?.(message)
const asked = { claims: 0, reads: 0 }
let waiting = 0
let allWait: { readonly callers: number; met(): void } | undefined

const receipts = createReceipts({
  store: counting(await openStore(url)),
  sweep: 'off',
  onEvent: ({ type }) => {
    if (type === 'waiting') waiting += 1
    if (waiting === allWait?.callers) allWait.met()
  },
})
const operation = receipts.operation<string>('charge', {
  guarantee: 'at-most-once',
  lease: '5m',
  wait: '5m',
  maxWaitersPerReceipt: 10_000,
})
const goOn = Promise.withResolvers<void>()
const held: Promise<string>[] = []

process.on('message', (order: ToCrowd) => {
  switch (order.do) {
    case 'hold':
      held.push(call())
      break
    case 'wait':
      void wait(order.callers)
      break
    case 'go on':
      goOn.resolve()
      break
    case 'close':
      void receipts.close().then(() => process.disconnect())
  }
})
process.on('disconnect', () => process.exit())

// Connected, so that what is counted is of the calls alone.
await receipts.sweep()
say({ say: 'ready' })

async function wait(callers: number): Promise<void> {
  const before = heapBytes()
  const everybody = new Promise<void>((resolve) => {
    allWait = { callers, met: resolve }
  })
  const calls = Array.from({ length: callers }, () => call())
  await everybody
  say({ say: 'waiting', bytesPerWaiter: Math.round((heapBytes() - before) / callers) })
  const values = await Promise.all([...held, ...calls])
  say({ say: 'answered', values: [...new Set(values)], ...asked })
}

async function call(): Promise<string> {
  const { value, attempt } = await operation.once({ tenant: 'acme', key, request: { key } }, async () => {
    enter(ledger, key)
    say({ say: 'holding' })
    await goOn.promise
    return `charged by ${process.pid}`
  })
  return `${value}, attempt ${attempt}`
}

function counting(store: ReceiptStore): ReceiptStore {
  return overStore(store, {
    claim(request) {
      asked.claims += 1
      return store.claim(request)
    },
    read(id) {
      asked.reads += 1
      return store.read(id)
    },
  })
}

function heapBytes(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}
