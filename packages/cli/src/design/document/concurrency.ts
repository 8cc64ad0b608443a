import { durationText } from 'counterfoil'
import type { Design, Section } from './design.ts'
import { fenced, list, page } from './markdown.ts'

export function concurrencySection(design: Design): Section {
  const { answers } = design
  const most = Math.max(...answers.retries.map(({ atOnce }) => atOnce))
  const who = answers.retries.map(({ by, atOnce }) => `${by}: ${atOnce}`).join(', ')
  return {
    title: 'Concurrent retries',
    text: page(
      `At most ${most} with one key are said to be on their way at once (${who}). Any number of them is one attempt.`,
      fenced('mermaid', diagram(design)),
      list(rules(design)),
    ),
  }
}

function rules({ answers, decision }: Design): readonly string[] {
  const { wait } = decision
  const refusal =
    answers.operation.reachedBy === 'http'
      ? '409 with `Retry-After`, made of the lease’s time left and of how long it usually takes'
      : '`still_in_progress` with `retryAfterMs`'
  if (decision.guarantee === 'transactional') {
    return [
      `The second caller waits for the first one's transaction, up to ${durationText(wait.ms)}: in one process in memory, from another for the row. It then gets what was committed, or runs if it was rolled back. Past the wait: ${refusal}.`,
      'A serialization failure or a deadlock has committed nothing: the whole transaction is begun anew, up to five times, and the handler with it.',
    ]
  }
  return [
    wait.ms === 0
      ? `The second caller is refused at once: ${refusal}. ${wait.because.charAt(0).toUpperCase()}${wait.because.slice(1)}`
      : `The second caller waits up to ${durationText(wait.ms)}, is woken when the receipt settles, and gets the same outcome. ${wait.because.charAt(0).toUpperCase()}${wait.because.slice(1)} Past the wait: ${refusal}.`,
    ...(wait.ms === 0 ? [] : waiters),
    'Where the holder dies, the others learn it at the end of its lease, and exactly one of them goes on.',
  ]
}

const waiters: readonly string[] = [
  'Waiters in one process share one subscription and one read for each wake-up, so that many of them cost the store what one does. At most 5,000 wait for one receipt in a process; more are refused at once.',
  'Where the first was refused and nothing ran, all who waited get that refusal, and are not as many attempts in a row. Who comes later may run.',
]

function diagram({ answers, decision }: Design): string {
  const [effect] = answers.effects
  const downstream = effect?.name ?? 'effect'
  const first = answers.operation.reachedBy === 'queue' ? 'Delivery 1' : 'Caller 1'
  const second = answers.operation.reachedBy === 'queue' ? 'Delivery 2' : 'Caller 2'
  const head = [
    'sequenceDiagram',
    `  participant A as ${first}`,
    `  participant B as ${second}`,
    '  participant R as Receipts',
  ]
  if (decision.guarantee === 'transactional') {
    return [
      ...head,
      '  A->>R: BEGIN, claim (key)',
      '  R-->>A: claimed, attempt 1',
      '  B->>R: BEGIN, claim (key)',
      '  Note over B,R: waits for the first transaction',
      `  A->>R: ${downstream}: its rows`,
      '  A->>R: settle the outcome, COMMIT',
      '  R-->>B: replay: the same outcome',
    ].join('\n')
  }
  const inBetween =
    decision.wait.ms === 0
      ? ['  R-->>B: in progress, lease left', '  Note over B: comes back after the time that it was told']
      : [
          '  R-->>B: in progress, lease left',
          `  Note over B,R: waits, up to ${durationText(decision.wait.ms)}`,
        ]
  return [
    ...head,
    `  participant D as ${downstream}`,
    '  A->>R: claim (key, fingerprint)',
    '  R-->>A: claimed, attempt 1',
    '  B->>R: claim (key, fingerprint)',
    ...inBetween,
    '  A->>D: the effect, with a key derived from this one',
    '  D-->>A: done',
    '  A->>R: settle the outcome, on the fence',
    ...(decision.wait.ms === 0 ? ['  B->>R: claim (key, fingerprint)'] : []),
    '  R-->>B: replay: the same outcome',
    '  Note over A,B: both are answered once it is settled, with the same bytes',
  ].join('\n')
}
