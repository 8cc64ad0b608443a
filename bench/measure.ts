import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Contender } from './contender.ts'
import type { ContenderFacts } from './contenders.ts'
import { cpuTime } from './cpu-time.ts'
import { effects, orderFor } from './payload.ts'
import type { Effort } from './plan.ts'
import type { WalAt } from './servers/wal.ts'
import { percentile } from './statistics.ts'
import { CALLERS_A_KEY, type Cell } from './workload.ts'

export interface Measured extends Cell {
  readonly calls: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Of all threads, the collector's and the compiler's too. */
  readonly cpuUs: number
  /** Of the main thread; `null` where this Node can't tell. */
  readonly mainThreadUs: number | null
  /** Of the server that the store is on; `null` where there is none that can be looked at. */
  readonly serverCpuUs: number | null
  /** Written into PostgreSQL's log; `null` where there is none. */
  readonly walBytes: number | null
  /** As Node gives it, with the millisecond between its samples in it: an idle loop has a little over 1. */
  readonly loopDelayP99Ms: number
}

/** Keys that have an outcome before replays are measured: more than calls at once, so that no two share one. */
const REPLAYED_KEYS = 1024
const FILLERS = 64
/** Where a contender is so quick that the time would fill the memory instead. */
const MAX_CALLS = 60_000

type MeasureTerms = Pick<Effort, 'warmUpMs' | 'cellMs'> &
  Pick<ContenderFacts, 'effectsElsewhere'> & {
    readonly serverPid: number | undefined
    readonly walAt: WalAt | undefined
  }

/** Runs what it is given, and may look on. */
export type LookOn = <T>(run: () => Promise<T>) => Promise<T>

/** @throws where what ran isn't what was to be measured */
export async function measure(
  contender: Contender,
  cell: Cell,
  { warmUpMs, cellMs, effectsElsewhere, serverPid, walAt }: MeasureTerms,
  lookOn: LookOn = (run) => run(),
): Promise<Measured> {
  const load = new Load(contender, cell)
  const before = effects.count
  if (cell.workload === 'replay') await load.fill(REPLAYED_KEYS)
  await load.run(warmUpMs)
  const wal = (await walAt?.()) ?? null
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const cpu = process.cpuUsage()
  const mainThread = mainThreadUs()
  const serverCpu = serverUs(serverPid)
  const startedAt = performance.now()
  delay.enable()
  const latencies = await lookOn(() => load.run(cellMs))
  delay.disable()
  const tookMs = performance.now() - startedAt
  const { user, system } = process.cpuUsage(cpu)
  const serverCpuAfter = serverUs(serverPid)
  const walAfter = (await walAt?.()) ?? null
  const calls = latencies.length
  const mainThreadAfter = mainThreadUs()
  if (effectsElsewhere === undefined) load.assertAsPlanned(effects.count - before)
  return {
    ...cell,
    calls,
    perSecond: (calls * 1000) / tookMs,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    cpuUs: (user + system) / calls,
    mainThreadUs:
      mainThread === null || mainThreadAfter === null ? null : (mainThreadAfter - mainThread) / calls,
    serverCpuUs: serverCpu === null || serverCpuAfter === null ? null : (serverCpuAfter - serverCpu) / calls,
    walBytes: wal === null || walAfter === null ? null : (walAfter - wal) / calls,
    // Without a single sample the loop stood still all the time.
    loopDelayP99Ms: delay.count === 0 ? tookMs : delay.percentile(99) / 1e6,
  }
}

/** So many callers, each with its next call as soon as the last one is answered. */
class Load {
  readonly #contender: Contender
  readonly #cell: Cell
  #next = 0
  #filled = 0
  #ownRuns = 0

  constructor(contender: Contender, cell: Cell) {
    this.#contender = contender
    this.#cell = cell
  }

  async fill(keys: number): Promise<void> {
    this.#filled = keys
    const keyNames = Array.from({ length: keys }, (_, n) => `key-${n}`).values()
    const caller = async (): Promise<void> => {
      for (const key of keyNames) await this.#contender.call(key, orderFor(key))
    }
    await Promise.all(Array.from({ length: FILLERS }, caller))
  }

  /** @returns each call's latency in milliseconds */
  async run(ms: number): Promise<number[]> {
    const latencies: number[] = []
    const until = performance.now() + ms
    const caller = async (): Promise<void> => {
      while (latencies.length < MAX_CALLS) {
        const readyAt = performance.now()
        if (readyAt >= until) return
        // Calls come from outside, in a turn of the event loop; and waiting for one's turn is part of the latency.
        await nextTurn()
        await this.#call()
        latencies.push(performance.now() - readyAt)
      }
    }
    await Promise.all(Array.from({ length: this.#cell.atOnce }, caller))
    return latencies
  }

  assertAsPlanned(effectsRun: number): void {
    const { workload } = this.#cell
    const keys = workload === 'contended' ? Math.ceil(this.#next / CALLERS_A_KEY) : this.#next
    const expected = workload === 'replay' ? this.#filled : keys
    if (effectsRun === expected && this.#ownRuns === expected - this.#filled) return
    throw new Error(
      `${workload}: ${effectsRun} effects and ${this.#ownRuns} runs, where ${expected} keys were called`,
    )
  }

  async #call(): Promise<void> {
    const n = this.#next++
    const { workload } = this.#cell
    const key = `key-${numberOf(workload, n)}`
    const order = orderFor(key)
    const { replayed } =
      workload === 'replay' ? await this.#contender.retry(key, order) : await this.#contender.call(key, order)
    if (!replayed) this.#ownRuns += 1
  }
}

/** All that are ready for the next turn of the event loop share it: they call at once. */
let turn: Promise<void> | undefined
function nextTurn(): Promise<void> {
  turn ??= new Promise((resolve) =>
    setImmediate(() => {
      turn = undefined
      resolve()
    }),
  )
  return turn
}

function numberOf(workload: Cell['workload'], n: number): number {
  if (workload === 'replay') return n % REPLAYED_KEYS
  return workload === 'contended' ? Math.floor(n / CALLERS_A_KEY) : n
}

function serverUs(pid: number | undefined): number | null {
  return pid === undefined ? null : (cpuTime(pid)?.allUs ?? null)
}

function mainThreadUs(): number | null {
  const able: { threadCpuUsage?: () => { user: number; system: number } } = process
  const usage = able.threadCpuUsage?.()
  return usage === undefined ? null : usage.user + usage.system
}
