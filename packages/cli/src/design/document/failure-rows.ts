import { names } from '../decision/guarantee.ts'
import type { Design } from './design.ts'

type Row = readonly [fails: string, receipt: string, retry: string]

/** What each failure comes to, from the one that nobody notices to the one that everybody fears. */
export function failureRows(design: Design): readonly Row[] {
  return design.decision.guarantee === 'transactional' ? transactional(design) : outside(design)
}

function transactional({ answers }: Design): readonly Row[] {
  return [
    ['the handler throws', 'rolled back with its effect', 'runs again'],
    ['it says `attempt.rejected()`', 'failed for good; its effect is undone', 'gets that answer'],
    ['the process dies before COMMIT', 'nothing is there', 'runs, attempt 1'],
    ['the process dies after COMMIT, before its answer', 'succeeded', 'gets the outcome'],
    ['the answer to COMMIT is lost', 'asked for by a claim with the same token', 'gets the outcome, or runs'],
    [
      'the database cannot be asked',
      'nothing was committed',
      answers.operation.reachedBy === 'queue' ? 'is delivered again' : 'runs once it is back',
    ],
  ]
}

function outside({ answers, decision }: Design): readonly Row[] {
  const http = answers.operation.reachedBy === 'http'
  const once = decision.guarantee === 'at-most-once'
  const broken = abandonedRow(decision)
  return [
    http
      ? [
          '401, 403, 408, 425, 429; 409, 423 or 503 with `Retry-After`; at the gateway, an upstream that takes no connection',
          'released: nothing ran',
          'runs',
        ]
      : ['`attempt.notExecuted()`: nothing ran', 'released', 'runs'],
    ...(http ? ([['any other 4xx', 'failed for good', 'gets that answer']] as const) : []),
    [
      http ? '5xx, or the handler throws' : 'the handler throws',
      once ? 'failed for good' : 'released',
      once ? 'gets the failure' : 'runs, attempt + 1',
    ],
    [
      `a time-out or a broken connection once ${names(answers.effects)} may have been called`,
      'abandoned at once: nobody knows',
      broken,
    ],
    [
      'the process dies before the effect, or in it, or before it could settle',
      'abandoned once its lease has lapsed',
      broken,
    ],
    ['the process dies after it settled, before its answer', 'succeeded', 'gets the outcome'],
    [
      'the process is stopped past its lease, and wakes up',
      decision.recovery.is === 'operator'
        ? 'settled late, where no operator has acted'
        : 'settled late, where nobody has taken over; else its fence is stale, and nothing is written',
      'gets what was settled',
    ],
    [
      'the store cannot be asked for the claim',
      answers.store.unreachable === 'refuse' || once ? 'none: nothing ran' : 'none: it runs without one',
      answers.store.unreachable === 'refuse' || once
        ? `${http ? '503, and ' : ''}runs once it is back`
        : 'may run again',
    ],
    ['the store cannot be asked to settle', 'tried until the lease ends; then abandoned', broken],
  ]
}

function abandonedRow({ recovery, guarantee }: Design['decision']): string {
  if (recovery.is === 'asked')
    return '`recover` is asked: replays what happened, runs what did not, or is told that it is unknown'
  return guarantee === 'at-least-once'
    ? 'runs, attempt + 1, with the same derived keys'
    : 'is told that the outcome is unknown, until an operator says'
}
