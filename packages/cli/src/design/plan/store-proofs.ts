import type { Answers } from '../answers/answers.ts'
import { commandText, type Flag } from './command.ts'
import { type Proof, ROUNDS, requestsOf } from './proofs.ts'

/** The store itself, under its own settings: what no request to a service can show. */
export function storeProofs(answers: Answers): readonly Proof[] {
  const { proof, operation } = answers
  const prove = (name: string, only: string, ...more: readonly Flag[]): string =>
    commandText(`counterfoil prove store ${quotedUrl(answers)}`, [
      ['--only', only],
      ...more,
      ['--report', `proofs/${name}`],
    ])
  const requests = requestsOf(answers)
  const claims: readonly Proof[] =
    operation.reachedBy === 'http'
      ? []
      : [
          {
            title: 'Duplicate and conflicting body',
            shows:
              'Every row of the claim’s table: a retry, another request under the key, after each outcome and while one runs.',
            command: prove('contract', 'contract'),
          },
          {
            title: 'Concurrent',
            shows: `${requests} claims of one key at once, from 4 processes, ${ROUNDS} times. One is granted; every call and answer is put to a checker that looks for an order in which all of them are right.`,
            command: prove(
              'storm',
              'storm',
              ['--requests', String(requests)],
              ['--processes', '4'],
              ['--rounds', String(ROUNDS)],
            ),
          },
          {
            title: 'Crash',
            shows:
              'Claimants that are killed, that are stopped past their lease and wake up, and whose answers are lost on the wire. No write of a lost claim counts.',
            command: prove('crash', 'zombies,lost-answers'),
          },
        ]
  return [
    ...claims,
    {
      title: 'Skew',
      shows:
        'Claimants whose clocks are ahead and behind. No living lease is taken: the store’s clock decides, and theirs decide nothing.',
      command: prove('skew', 'skew'),
    },
    ...(proof.storeRestart === undefined
      ? []
      : [
          {
            title: 'Failover',
            shows:
              'The store is restarted, or fails over, while claims are made. What was acknowledged is there afterwards; what was not is told as unknown, and never as made.',
            command: prove('failover', 'restart', ['--restart-cmd', proof.storeRestart]),
          },
        ]),
  ]
}

function quotedUrl({ store }: Answers): string {
  return /^[A-Za-z0-9_./:=,@+-]+$/.test(store.url) ? store.url : `'${store.url}'`
}
