import { Callers } from './callers.ts'
import type { EngineUnderTest } from './engine-under-test.ts'
import { Handlers } from './handlers.ts'
import { Host } from './host.ts'
import { everyCallHasEnded, noClaimIsHeldForNobody, nothingIsLeftAfterClose } from './judging/aftermath.ts'
import { everyKeyComesToAnEnd } from './judging/last-calls.ts'
import { planMishap } from './mishaps.ts'
import { MACHINES, PLANNED_MS, type Plan } from './plan.ts'
import { Run } from './run.ts'

/** What a run was made of: to show that the interesting things did happen. */
export interface Tally {
  steps: number
  effects: number
  replays: number
  refusals: number
  takeovers: number
}

/** Faults are over; whatever was under way when they were takes no longer than this. */
const CALM_MS = 30_000

/**
 * One run: several processes with their engines, one store, a plan, and a seed that decides everything that the plan
 * leaves open. The same plan and seed give the same run.
 *
 * @param trace is told, line by line, what happens when.
 * @throws {Violation} as soon as the promise is broken.
 */
export async function simulate(
  plan: Plan,
  seed: number,
  engine: EngineUnderTest,
  trace?: (line: string) => void,
): Promise<Tally> {
  const run = new Run(plan, seed, trace)
  const handlers = new Handlers(run)
  const hosts = Array.from(
    { length: MACHINES },
    (_, index) => new Host(run, index, engine, (host, attempt) => handlers.handle(host, undefined, attempt)),
  )
  const callers = new Callers(run, hosts, handlers)
  for (const call of plan.calls) callers.plan(call, call.at)
  for (const mishap of plan.mishaps) planMishap(run, hosts, mishap)
  await run.pass(PLANNED_MS + 1000)
  endFaults(run, hosts)
  await run.pass(CALM_MS)
  everyCallHasEnded(callers.calls)
  noClaimIsHeldForNobody(run.books, hosts)
  await everyKeyComesToAnEnd(run, hosts, callers)
  await nothingIsLeftAfterClose(run, hosts)
  return tallyOf(run, callers)
}

function endFaults(run: Run, hosts: readonly Host[]): void {
  run.calm = true
  for (const { machine } of hosts) {
    machine.dieAt = undefined
    machine.resume()
  }
}

function tallyOf({ time, books }: Run, { calls }: Callers): Tally {
  return {
    steps: time.steps,
    effects: books.effects.length,
    replays: calls.filter(({ end }) => end?.kind === 'value' && !end.own).length,
    refusals: calls.filter(({ end }) => end?.kind === 'error').length,
    takeovers: [...books.claims.values()].filter(({ attempt }) => attempt > 1).length,
  }
}
