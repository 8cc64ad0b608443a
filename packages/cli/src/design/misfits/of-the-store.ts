import { countText } from '../../terminal/size.ts'
import type { Answers } from '../answers/answers.ts'
import { isHarmful, isTransactional, isUnguarded } from '../answers/judged.ts'
import { sizingOf } from '../sizing/sizing.ts'
import { type Misfit, none, type Rule } from './misfit.ts'

/** What an acknowledged claim survives, against what a forgotten one costs. */
export const storeRules: readonly Rule[] = [
  urlsHoldNoPassword,
  memoryIsForTests,
  aFileIsOnOneHost,
  nothingIsEvicted,
  aRestartForgetsNothing,
  aFailoverForgetsNothing,
  redisWaitsWhereItIsToldTo,
  nothingHarmfulRunsWithoutAReceipt,
]

function urlsHoldNoPassword({ store }: Answers): readonly Misfit[] {
  if (!/:\/\/[^/@?]*:[^/@?]*@/.test(store.url)) return none
  return [
    {
      id: 'password-in-the-url',
      about: ['store.url'],
      says: 'the URL has a password in it, and would stand in the design and in its commands.',
      change: 'Leave it out here; the configuration takes the whole URL from the environment.',
    },
  ]
}

function memoryIsForTests({ store }: Answers): readonly Misfit[] {
  if (store.kind !== 'memory') return none
  return [
    {
      id: 'memory-store',
      about: ['store.url'],
      says: 'receipts in memory end with the process: what is retried after a restart runs again.',
      change: 'Use sqlite: on one host, postgres:// or redis:// on several; memory: is for tests.',
    },
  ]
}

function aFileIsOnOneHost({ store }: Answers): readonly Misfit[] {
  if (store.kind !== 'sqlite' || store.hosts === 'one') return none
  return [
    {
      id: 'sqlite-on-many-hosts',
      about: ['store.url', 'store.hosts'],
      says: 'a SQLite file is claimed on one host alone: a file for each host forgets what the others have, and a file on a network has no sound locks.',
      change: 'Use postgres:// or redis://.',
    },
  ]
}

function nothingIsEvicted({ store }: Answers): readonly Misfit[] {
  if (store.eviction === undefined || store.eviction === 'noeviction') return none
  return [
    {
      id: 'redis-evicts',
      about: ['store.eviction'],
      says: `the server evicts (${store.eviction}): once its memory is full it forgets receipts whose claims live, and their effects run twice. A server for caching is no server for receipts.`,
      change:
        'Set maxmemory-policy to noeviction, or use another server: the gateway and openStore refuse this one.',
    },
  ]
}

function aRestartForgetsNothing(answers: Answers): readonly Misfit[] {
  const { store, effects } = answers
  if (store.appendOnly === 'no' && effects.some(isHarmful)) {
    return [
      {
        id: 'redis-without-a-log',
        about: ['store.append-only'],
        says: 'a restart of the server forgets every receipt since its last snapshot, and their effects run again.',
        change: 'Set appendonly to yes, with appendfsync always or everysec.',
      },
    ]
  }
  if (store.appendOnly === 'everysec' && effects.some(isUnguarded)) {
    const { claimsInASecond } = sizingOf(answers)
    return [
      {
        id: 'redis-loses-a-second',
        about: ['store.append-only'],
        says: `a power cut forgets the last second: up to ${countText(claimsInASecond)} claims at the peak, each of an effect that does harm when repeated and takes no key.`,
        change: 'Set appendfsync to always, or use postgres://.',
      },
    ]
  }
  return none
}

function aFailoverForgetsNothing(answers: Answers): readonly Misfit[] {
  const { store, effects } = answers
  // A transaction's effect is forgotten with its receipt, and what takes a key deduplicates what runs again.
  if (store.failover !== 'lags' || isTransactional(answers) || !effects.some(isUnguarded)) return none
  const unguarded = effects.find(isUnguarded)
  return [
    {
      id: 'failover-forgets-claims',
      about: ['store.failover'],
      says: `a standby that lags is promoted without the latest claims, and a retry runs ${unguarded?.name} a second time.`,
      change:
        store.kind === 'redis'
          ? 'Have every replica that may be promoted be waited for (wait-for-replicas in the URL) and say waits, or use PostgreSQL with a synchronous standby.'
          : 'Set synchronous_standby_names and say waits, or say none and let nothing take over.',
    },
  ]
}

function redisWaitsWhereItIsToldTo({ store }: Answers): readonly Misfit[] {
  if (store.kind !== 'redis' || store.failover !== 'waits') return none
  if (/[?&]wait-for-replicas=[1-9]/.test(store.url)) return none
  return [
    {
      id: 'redis-does-not-wait',
      about: ['store.url', 'store.failover'],
      says: 'every write is said to wait for the replicas, and Redis answers before they have it unless it is asked to wait.',
      change: 'Put ?wait-for-replicas=N into store.url, N being all replicas that may be promoted.',
    },
  ]
}

function nothingHarmfulRunsWithoutAReceipt({ store, effects, operation }: Answers): readonly Misfit[] {
  if (store.unreachable !== 'run-anyway') return none
  const harmful = effects.findIndex(isHarmful)
  if (harmful < 0 && operation.promise === 'at-least-once') return none
  return [
    {
      id: 'runs-without-a-receipt',
      about: [
        'store.unreachable',
        ...(harmful < 0 ? ['operation.promise'] : [`effects.${harmful}.repeated`]),
      ],
      says: 'a request runs while the store cannot be asked: its retries, which come just then, run too.',
      change: 'Say refuse: a 503 is retried, a double is not taken back.',
    },
  ]
}
