import type { StoreUnderTest } from '../../contract-case.ts'
import type { StormEvent } from '../../storm/storm-event.ts'
import type { StormPlan } from '../../storm/storm-plan.ts'
import { withProcesses } from '../../storm/storm-processes.ts'
import { ContractViolation } from '../../violation.ts'
import { missedBy } from '../missed.ts'
import type { Finding, Ground, Played, TellRound } from './scenario.ts'
import { notCounted } from './scenario.ts'

export type Storm = (planFor: (index: number) => StormPlan) => Promise<readonly StormEvent[]>

/** What a round came to; without a finding all was well. */
export interface Round {
  readonly events: readonly StormEvent[]
  readonly finding: Finding | undefined
}

/** Runs rounds over the same processes until one of them shows something, or all have held. */
export async function playRounds(
  { terms, signal }: Ground,
  subject: StoreUnderTest,
  rounds: number,
  tell: TellRound,
  play: (storm: Storm, round: number) => Promise<Round>,
): Promise<Played> {
  const start = subject.startProcess
  if (start === undefined) throw new TypeError('a storm of processes needs a store that processes can share')
  const events: StormEvent[] = []
  let shown: readonly StormEvent[] = []
  let finding: Finding | undefined
  let played = 0
  const storming = withProcesses(start, terms.processes, async (storm) => {
    while (played < rounds && finding === undefined && !signal.aborted) {
      played += 1
      tell(played, rounds)
      const round = await play(storm, played)
      for (const event of round.events) events.push(event)
      shown = round.events
      finding = round.finding
    }
  })
  await storming.catch((error: unknown) => {
    if (!(error instanceof ContractViolation)) throw error
    finding = { kind: 'not_shown', why: firstLine(error.message) }
  })
  return {
    finding: finding ?? held(played, terms.processes, events),
    rounds: played,
    events,
    shown,
    others: 0,
    effects: notCounted,
  }
}

/** Cut short, a storm shows as much as the rounds that were run. */
function held(rounds: number, processes: number, events: readonly StormEvent[]): Finding {
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
