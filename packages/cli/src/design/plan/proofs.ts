import { durationText } from 'counterfoil'
import type { Answers } from '../answers/answers.ts'
import type { Decision } from '../decision/decision.ts'
import { commandText, type Flag } from './command.ts'

/** One test of the plan, as a command that can be pasted. */
export interface PlannedProof {
  readonly title: string
  /** What it does, and what must come of it. */
  readonly shows: string
  readonly command: string
}

/** Simultaneous requests: ten times what is said to come, so that what is rare has a chance. */
export function requestsOf({ retries }: Answers): number {
  const most = Math.max(...retries.map(({ atOnce }) => atOnce))
  return Math.min(200, Math.max(50, 10 * most))
}

export const ROUNDS = 20

/** For a service behind HTTP: fired at where it is served. */
export function httpProofs(answers: Answers, decision: Decision): readonly PlannedProof[] {
  const { key, tenant, proof } = answers
  const requests = requestsOf(answers)
  // Only this field is a String of RFC 9651, with quotes or without.
  const quotable = key.foundIn && 'field' in key.foundIn && key.foundIn.field === 'Idempotency-Key'
  const fire = (name: string, only: string, ...more: readonly Flag[]): string =>
    commandText('counterfoil prove http', [
      ...common(answers, decision),
      ['--only', only],
      ...more,
      ['--report', `proofs/${name}`],
    ])
  const crash: readonly Flag[] = [
    ['--kill-cmd', proof.kill ?? ''],
    ['--restart-cmd', proof.restart ?? ''],
  ]
  return [
    {
      title: 'Duplicate',
      shows:
        'A request, and the same again: with its members in another order, by a caller who has hung up and come back, long after. One effect, and the same bytes each time.',
      command: fire('duplicate', 'duplicate,identity,reordered,late-retry,disconnect'),
    },
    {
      title: 'Concurrent',
      shows: `${requests} with one key, held at a barrier and let go at once, from 4 processes, ${ROUNDS} times; and duplicates that are refused, beside one that runs. One effect for each key.`,
      command: fire(
        'concurrent',
        'concurrent,refused-duplicate',
        ['--requests', String(requests)],
        ['--processes', '4'],
        ['--rounds', String(ROUNDS)],
      ),
    },
    {
      title: 'Conflicting body',
      shows:
        'The key with another body, after the outcome and while the first is in flight. Refused with 422 both times; nothing of the first is told, and it is not disturbed.',
      command: fire('conflict', 'conflict,conflict-in-flight', ['--expect-conflict', '422']),
    },
    {
      title: 'The key itself',
      shows: quotable
        ? 'No key, a malformed one, and one key in two spellings. The first two are refused, the third is one key.'
        : 'No key, and malformed ones. Both are refused.',
      command: fire('key', quotable ? 'missing-key,malformed-key,key-spelling' : 'missing-key,malformed-key'),
    },
    {
      title: 'Crash',
      shows: crashShows(decision),
      command: fire('crash', 'crash,restart', ...crash),
    },
    ...(tenant.field === undefined
      ? []
      : [
          {
            title: 'Tenants',
            shows: 'The same key from two tenants. Two effects, and neither is given the other’s outcome.',
            command: fire('tenants', 'tenants', ['--as', `${tenant.field}: globex`]),
          },
        ]),
  ]
}

function crashShows({ guarantee, recovery, lease }: Decision): string {
  const blocks = `The key is free again within its lease (${durationText(lease.ms)}) and a margin`
  if (guarantee === 'at-least-once')
    return `It is killed while a request runs, and started again. ${blocks}, and the retry runs; what had its outcome before is replayed.`
  return recovery.is === 'asked'
    ? 'It is killed while a request runs, and started again. No second effect: the receipt is held, or recovered by the library; what had its outcome before is replayed.'
    : 'It is killed while a request runs, and started again. No second effect: the receipt is held; what had its outcome before is replayed.'
}

/** What every command has: the request, what is promised of it, and how its effects are counted. */
function common(answers: Answers, { guarantee, lease }: Decision): readonly Flag[] {
  const { operation, key, tenant, proof } = answers
  const method = operation.route?.split(' ')[0] ?? 'POST'
  const field = key.foundIn && 'field' in key.foundIn ? key.foundIn.field : 'X-Proof-Key'
  return [
    ['--url', proof.url ?? ''],
    ...(method === 'POST' ? [] : [['--method', method] as const]),
    ['--body', proof.body ?? ''],
    ...(tenant.field === undefined ? [] : [['--header', `${tenant.field}: acme`] as const]),
    ...(field === 'Idempotency-Key' ? [] : [['--key-header', field] as const]),
    ['--guarantee', guarantee === 'at-least-once' ? guarantee : 'at-most-once'],
    ['--lease', durationText(lease.ms)],
    ...counted(proof.count ?? '', answers.store.url),
  ]
}

function counted(count: string, store: string): readonly Flag[] {
  if (/^https?:/.test(count)) return [['--count-url', count]]
  if (/^select\s/i.test(count))
    return [
      ['--count-sql', count],
      ['--db', store],
    ]
  return [['--count-cmd', count]]
}
