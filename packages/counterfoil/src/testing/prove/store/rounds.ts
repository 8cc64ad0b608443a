import type { StoreUnderTest } from '../../contract-case.ts'
import type { StormEvent } from '../../storm/storm-event.ts'
import type { StormPlan } from '../../storm/storm-plan.ts'
import { withProcesses } from '../../storm/storm-processes.ts'
import { ContractViolation } from '../../violation.ts'
import { missedBy } from '../missed.ts'
import type { Verdict } from '../proof.ts'
import { notCounted, type Played, type TellRound, type Testbed } from './scenario.ts'

export type Storm = (planFor: (index: number) => StormPlan) => Promise<readonly StormEvent[]>

/** What a round came to; without a verdict, all was well in it. */
export interface Round {
  readonly events: readonly StormEvent[]
  readonly verdict: Verdict | undefined
}

/** Runs rounds over the same processes until one of them shows something, or all have held. */
export async function playRounds(
  { terms, signal }: Testbed,
  subject: StoreUnderTest,
  rounds: number,
  tell: TellRound,
  play: (storm: Storm, round: number) => Promise<Round>,
): Promise<Played> {
  const start = subject.startProcess
  if (start === undefined) throw new TypeError('a storm of processes needs a store that processes can share')
  const events: StormEvent[] = []
  let shown: readonly StormEvent[] = []
  let verdict: Verdict | undefined
  let played = 0
  const storming = withProcesses(start, terms.processes, async (storm) => {
    while (played < rounds && verdict === undefined && !signal.aborted) {
      played += 1
      tell(played, rounds)
      const round = await play(storm, played)
      for (const event of round.events) events.push(event)
      shown = round.events
      verdict = round.verdict
    }
  })
  await storming.catch((error: unknown) => {
    if (!(error instanceof ContractViolation)) throw error
    verdict = { kind: 'not_shown', why: firstLine(error.message) }
  })
  return {
    verdict: verdict ?? held(played, terms.processes, events),
    rounds: played,
    events,
    shown,
    others: 0,
    effects: notCounted,
  }
}

/** Cut short, a storm shows as much as the rounds that were run. */
function held(rounds: number, processes: number, events: readonly StormEvent[]): Verdict {
  if (rounds === 0) return { kind: 'not_shown', why: 'The run was stopped.' }
  const calls = Math.round(events.length / rounds)
  return {
    kind: 'held',
    bound: `0 of ${rounds} ${rounds === 1 ? 'round' : 'rounds'} with some ${calls} calls from ${processes} processes each broke it: ${missedBy(rounds)}`,
  }
}

function firstLine(text: string): string {
  return `${text.split('\n')[0]?.replace(/\.?$/, '')}.`
}
