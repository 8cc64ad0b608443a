import { join } from 'node:path'
import { type Call, createReceipts, openStore } from 'counterfoil'
import { charge } from './charge.ts'
import { Held } from './held.ts'
import { Ledger } from './ledger.ts'
import type { Answer, Happening, Instruction, Moment, Order, Report } from './messages.ts'
import type { Served } from './scenario.ts'
import { scenarios } from './scenarios/index.ts'

// One worker process: it makes the calls that it is told to make, by one service of one scenario, and tells what happens.

const [folder = '', storeUrl = '', scenarioName, serviceName = ''] = process.argv.slice(2)
const service = scenarios.find(({ name }) => name === scenarioName)?.services[serviceName]
if (service === undefined) throw new Error(`no service '${serviceName}' in the scenario '${scenarioName}'`)

const told: ReadonlySet<string> = new Set<Happening>(['waiting', 'claimed', 'claim_lost', 'recovered'])

const receipts = createReceipts({
  store: await openStore(storeUrl),
  secret: 'the same in all processes',
  onEvent: ({ type }) => {
    if (told.has(type)) report({ say: 'happened', what: type as Happening })
  },
})
const ledger = new Ledger(folder)
const serve = service({
  receipts,
  ledger,
  charge: (order, terms) => charge({ ledger, reach }, order, terms),
  tell: (what) => report({ say: 'happened', what }),
  controlPath: join(folder, 'control.db'),
})

let standing: (() => void)[] = []
const held = new Held()
const callers = new Map<number, AbortController>()

process.on('message', (instruction: Instruction) => {
  switch (instruction.do) {
    case 'stand':
      for (const { id, order } of instruction.calls) standing.push(() => void answer(id, order))
      return report({ say: 'standing' })
    case 'go': {
      const calls = standing
      standing = []
      for (const call of calls) call()
      return
    }
    case 'give_up':
      return callers.get(instruction.id)?.abort()
    case 'go_on':
      return held.goOn()
    case 'freeze':
      // By its own hand, and so between two transactions: stopped within one, it would keep SQLite's only write lock.
      process.kill(process.pid, 'SIGSTOP')
      return
    case 'close':
      void receipts.close().then(() => process.disconnect())
  }
})
// The parent is gone, however it went.
process.on('disconnect', () => process.exit())
report({ say: 'ready' })

async function answer(id: number, order: Order): Promise<void> {
  const caller = new AbortController()
  callers.set(id, caller)
  const call: Call & Order = { ...order, signal: caller.signal }
  report({ say: 'answer', id, answer: await serve(call).then(outcome, failure) })
}

function outcome({ value, replayed, sha256 }: Served): Answer {
  return { got: 'outcome', value, replayed, sha256 }
}

function failure(error: unknown): Answer {
  const { name, message } = error as Error
  return { got: 'error', name, message }
}

async function reach(moment: Moment, { holdAt }: Order): Promise<void> {
  const goOn = holdAt === moment ? held.untilGoOn() : undefined
  report({ say: 'happened', what: moment })
  await goOn
}

function report(message: Report): void {
  process.send?.(message)
}
