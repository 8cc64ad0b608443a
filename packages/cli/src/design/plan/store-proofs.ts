import type { Answers } from '../answers/answers.ts'
import { commandText, type Flag, shellQuoted } from './command.ts'
import { type PlannedProof, ROUNDS, requestsOf } from './proofs.ts'

/** The store itself, under its own settings: what no request to a service can show. */
export function storeProofs(answers: Answers): readonly PlannedProof[] {
  const { proof, operation, store } = answers
  const prove = (name: string, only: string, ...more: readonly Flag[]): string =>
    commandText(`counterfoil prove store ${shellQuoted(store.url)}`, [
      ['--only', only],
      ...more,
      ['--report', `proofs/${name}`],
    ])
  return [
    ...(operation.reachedBy === 'http' ? [] : claims(answers, prove)),
    ...(store.kind === 'sqlite'
      ? []
      : [
          {
            title: 'Skew',
            shows:
              'Claimants whose clocks are ahead and behind. No living lease is taken: the store’s clock decides, and theirs decide nothing.',
            command: prove('skew', 'clock-skew'),
          },
        ]),
    ...(proof.storeFailover === undefined || store.kind === 'sqlite'
      ? []
      : [
          store.failover === 'waits'
            ? failover(proof.storeFailover, prove)
            : restart(proof.storeFailover, prove),
        ]),
  ]
}

type Prove = (name: string, only: string, ...more: readonly Flag[]) => string

function claims(answers: Answers, prove: Prove): readonly PlannedProof[] {
  const calls = requestsOf(answers)
  const sqlite = answers.store.kind === 'sqlite'
  return [
    {
      title: 'Duplicate',
      shows:
        'Retries of every kind, one after another and with their answers lost: random histories, against the decisions themselves.',
      command: prove(
        'duplicate',
        sqlite ? 'contract-random-histories' : 'contract-random-histories,lost-answers',
      ),
    },
    {
      title: 'Concurrent',
      shows: `From 4 processes, ${calls} claims each, of one key and of many, ${ROUNDS} times. A key is granted once; every call and answer is put to a checker that looks for an order in which all of them are right.`,
      command: prove(
        'concurrent',
        'one-claim,storm',
        ['--calls', String(calls)],
        ['--processes', '4'],
        ['--rounds', String(ROUNDS)],
      ),
    },
    {
      title: 'Conflicting body',
      shows:
        'Every row of the claim’s table, another request under the key among them, after each outcome and while one runs.',
      command: prove('conflict', 'contract-claim-table'),
    },
    {
      title: 'Crash',
      shows:
        'Claimants that are stopped past their lease, and wake up once another has taken over. No write of a lost claim counts.',
      command: prove('crash', 'zombies'),
    },
  ]
}

function failover(command: string, prove: Prove): PlannedProof {
  return {
    title: 'Failover',
    shows:
      'The standby takes over while claims are made. What was acknowledged is there afterwards; what was not is told as unknown, and never as made.',
    command: prove('failover', 'failover', ['--failover-cmd', command]),
  }
}

/** Of a standby that lags nothing is promised: there is nothing to prove but that the server itself keeps what it has. */
function restart(command: string, prove: Prove): PlannedProof {
  return {
    title: 'Failover',
    shows:
      'The server is restarted while claims are made. What was acknowledged is there afterwards; what was not is told as unknown, and never as made.',
    command: prove('failover', 'restart', ['--restart-cmd', command]),
  }
}
