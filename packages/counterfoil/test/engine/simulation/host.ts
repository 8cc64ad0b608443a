import type { Attempt, Operation, Receipts } from '../../../src/index.ts'
import type { EngineUnderTest } from './engine-under-test.ts'
import { keepBooks } from './keep-books.ts'
import { OPERATION } from './keys.ts'
import { Machine } from './machine.ts'
import { recover } from './recover.ts'
import type { Run } from './run.ts'
import { StoreLink } from './store-link.ts'
import { calm, fateIn } from './weather.ts'

/** A kept request, run again on this host. */
type Rerun = (host: Host, attempt: Attempt) => Promise<string>

/** A process with an engine of its own, and its way to the store. */
export class Host {
  readonly machine: Machine
  readonly link: StoreLink
  readonly receipts: Receipts
  readonly operation: Operation<string>
  closed = false
  closedAt: number = Number.POSITIVE_INFINITY
  /** Whether a handler on it never ends. */
  stuck = false

  constructor(run: Run, index: number, engine: EngineUnderTest, rerun: Rerun) {
    const skewMs = run.random.int(20_000) - 10_000
    const machine = new Machine(`m${index}`, run.time, run.random.int(2 ** 32), skewMs)
    this.machine = machine
    this.link = linkOf(run, machine)
    this.receipts = engine.createReceipts({
      store: this.link,
      sweep: 'off',
      runtime: machine.runtime,
      ...(run.trace && {
        onEvent: ({ type, ...facts }) => run.trace?.(`${machine.name}   ${type} ${JSON.stringify(facts)}`),
      }),
    })
    const { guarantee, recovery, keepsRequest, leaseMs, waitMs } = run.plan
    this.operation = this.receipts.operation<string>(OPERATION, {
      guarantee,
      ttl: '24h',
      lease: `${leaseMs}ms`,
      maxDuration: `${leaseMs * 3}ms`,
      wait: waitMs === 0 ? 'reject' : `${waitMs}ms`,
      ...(recovery === 'none'
        ? {}
        : { recover: (receipt, attempt) => recover(run, machine, receipt.id, attempt) }),
      ...(keepsRequest ? { keepRequest: { rerun: (_, attempt) => rerun(this, attempt) } } : {}),
    })
  }
}

function linkOf(run: Run, machine: Machine): StoreLink {
  return new StoreLink({
    store: run.store,
    machine,
    time: run.time,
    fateOf: (verb) => fateIn(run.calm ? calm : run.plan.weather, verb, run.random),
    applied: (...all) => keepBooks(run, machine, ...all),
  })
}
