import { durationText } from 'counterfoil'
import { spanText } from '../../terminal/time.ts'
import type { Answers } from '../answers/answers.ts'
import { slowestMs } from '../answers/judged.ts'

/** A duration, and why it is that long. */
export interface Chosen {
  readonly ms: number
  readonly because: string
}

export interface Durations {
  readonly lease: Chosen
  readonly maxDuration: Chosen
  /** 0: refused at once. */
  readonly wait: Chosen
  readonly ttl: Chosen
  readonly keyRetention: Chosen
}

const LEASE_MS = 30_000
/** Shorter ones lapse in a pause of the process or of the store. */
const SHORTEST_LEASE_MS = 5_000
const LONGEST_WAIT_MS = 10_000

export function durationsOf(answers: Answers): Durations {
  const { keep } = answers
  const slowest = durationText(slowestMs(answers))
  return {
    lease: leaseOf(answers),
    maxDuration: maxDurationOf(answers),
    wait: waitOf(answers),
    ttl: {
      ms: keep.outcomeMs,
      because: `the slowest retry comes ${slowest} after the first request, and gets the outcome itself.`,
    },
    keyRetention: {
      ms: keep.keyMs,
      because:
        keep.keyMs > keep.outcomeMs
          ? `longer than the slowest retry (${slowest}) by ${durationText(keep.keyMs - slowestMs(answers))}: what comes even later gets no outcome, and is not run.`
          : `no shorter than the slowest retry (${slowest}). What comes later runs: the promise ends here.`,
    },
  }
}

function leaseOf({ retries }: Answers): Chosen {
  const soonest = Math.min(...retries.flatMap(({ queue }) => (queue ? [queue.redeliveredAfterMs] : [])))
  if (soonest < LEASE_MS) {
    const ms = Math.max(SHORTEST_LEASE_MS, soonest)
    return {
      ms,
      because: `a message is delivered again after ${durationText(soonest)}, and the second delivery after a crash finds its claim free at the latest. Renewed every ${spanText(ms / 3)} while the handler runs.`,
    }
  }
  return {
    ms: LEASE_MS,
    because: `for that long a crash can't be told from a slow run; it is renewed every ${durationText(LEASE_MS / 3)} while the handler runs, so that it need not cover the longest run.`,
  }
}

function maxDurationOf({ operation }: Answers): Chosen {
  const ms = Math.max(2 * operation.longestMs, 2 * LEASE_MS)
  return {
    ms,
    because: `twice the longest run (${durationText(operation.longestMs)})${ms > 2 * operation.longestMs ? ', and no less than two leases' : ''}; then the attempt's signal fires and its lease runs out.`,
  }
}

function waitOf({ operation }: Answers): Chosen {
  if (operation.reachedBy === 'queue') {
    return {
      ms: 0,
      because: 'a consumer that waits is one that works on nothing else; the message comes back by itself.',
    }
  }
  const ms = Math.min(LONGEST_WAIT_MS, Math.max(1000, 2 * operation.longestMs))
  return {
    ms,
    because:
      operation.usualMs <= ms
        ? `usually it takes ${durationText(operation.usualMs)}: a duplicate gets the outcome, and not a refusal.`
        : `it usually takes ${durationText(operation.usualMs)}, longer than a connection should be held: a duplicate is refused with the time after which to come back.`,
  }
}
