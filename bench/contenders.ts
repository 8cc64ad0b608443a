import type { Workload } from './workload.ts'

/** In the order in which they run and are shown. */
export const contenderNames = [
  'memory',
  'sqlite',
  'by-hand',
  'grouped',
  'grouped-worker',
  'postgres',
  'postgres-by-hand',
  'postgres-grouped',
  'dbos',
  'restate',
  'redis',
  'redis-cached',
  'redis-ioredis',
  'redis-by-hand',
  'ioredis-by-hand',
  'node-idempotency',
  'powertools',
  'express-idempotency',
] as const
export type ContenderName = (typeof contenderNames)[number]

/** Who is compared with whom. */
export const families = ['embedded', 'on-postgres', 'on-redis'] as const
export type Family = (typeof families)[number]

export interface ContenderFacts {
  readonly title: string
  readonly family: Family
  /** Counterfoil's contender that it is compared with. */
  readonly against?: ContenderName
  /** The server that it needs. */
  readonly on?: 'postgres' | 'redis'
  /** Others made it: where it fails, the run goes on without it, and says so. */
  readonly peer?: true
  /** What it doesn't do, or gives up, of what Counterfoil promises. */
  readonly lacks: string
  /** Those of its calls that are measured; all where it isn't said. */
  readonly workloads?: readonly Workload[]
  /** Its effects run in another process, where they are not counted. */
  readonly effectsElsewhere?: true
}

const byHand = 'lease, recovery, another process’s claim waited for, requests compared by value'
const uncontended: readonly Workload[] = ['first-time', 'replay']

export const contenders: Readonly<Record<ContenderName, ContenderFacts>> = {
  memory: { title: 'Counterfoil, memory', family: 'embedded', lacks: 'durability' },
  sqlite: { title: 'Counterfoil, SQLite', family: 'embedded', lacks: '' },
  'by-hand': {
    against: 'sqlite',
    title: 'SQLite by hand, a transaction a step',
    family: 'embedded',
    lacks: byHand,
  },
  grouped: { against: 'sqlite', title: 'SQLite by hand, grouped', family: 'embedded', lacks: byHand },
  'grouped-worker': {
    against: 'sqlite',
    title: 'SQLite by hand, grouped in a worker',
    family: 'embedded',
    lacks: byHand,
  },
  postgres: { title: 'Counterfoil, PostgreSQL (pg)', family: 'on-postgres', on: 'postgres', lacks: '' },
  'postgres-by-hand': {
    against: 'postgres',
    title: 'pg by hand, a statement a step',
    family: 'on-postgres',
    on: 'postgres',
    lacks: byHand,
  },
  'postgres-grouped': {
    against: 'postgres',
    title: 'pg by hand, batched by unnest',
    family: 'on-postgres',
    on: 'postgres',
    lacks: byHand,
  },
  dbos: {
    against: 'postgres',
    title: 'DBOS, workflow id as key',
    peer: true,
    family: 'on-postgres',
    on: 'postgres',
    lacks:
      'conflicts (another input under the key gets the first outcome), leases; its effect is no step of its own here, which its documentation asks for and which is a write more',
  },
  restate: {
    against: 'postgres',
    title: "Restate's ingress",
    peer: true,
    family: 'on-postgres',
    lacks:
      'conflicts (another body under the key gets the first outcome); a server of its own beside the application, which keeps its own log',
    workloads: uncontended,
    effectsElsewhere: true,
  },
  redis: { title: 'Counterfoil, Redis (node-redis)', family: 'on-redis', on: 'redis', lacks: '' },
  'redis-cached': {
    title: 'Counterfoil, Redis (node-redis), replayCache',
    family: 'on-redis',
    on: 'redis',
    lacks: '',
    workloads: ['replay'],
  },
  'redis-ioredis': { title: 'Counterfoil, Redis (ioredis)', family: 'on-redis', on: 'redis', lacks: '' },
  'redis-by-hand': {
    against: 'redis',
    title: 'SET NX + SET by hand (node-redis)',
    family: 'on-redis',
    on: 'redis',
    lacks: `fence, ${byHand}`,
  },
  'ioredis-by-hand': {
    against: 'redis-ioredis',
    title: 'SET NX + SET by hand (ioredis)',
    family: 'on-redis',
    on: 'redis',
    lacks: `fence, ${byHand}`,
  },
  'node-idempotency': {
    against: 'redis',
    title: '@node-idempotency/core (node-redis 4)',
    peer: true,
    family: 'on-redis',
    on: 'redis',
    lacks:
      'fence, lease (one ttl for claim and outcome), bytes (JSON text only), a wake-up (it polls every 100 ms)',
  },
  powertools: {
    against: 'redis',
    title: 'Powertools idempotency (node-redis)',
    peer: true,
    family: 'on-redis',
    on: 'redis',
    lacks:
      'fence, waiting (a duplicate in flight is refused), bytes, conflicts (with payload validation on, its cache layer refuses every replay in another process); replays come from its local cache',
    workloads: uncontended,
  },
  'express-idempotency': {
    against: 'redis',
    title: 'express-idempotency (node-redis 4)',
    peer: true,
    family: 'on-redis',
    on: 'redis',
    lacks:
      'a claim (it reads, then writes: duplicates at once all run), fence, lease, waiting; it answers before the outcome is stored',
    workloads: uncontended,
  },
}

export function titleOf(name: ContenderName): string {
  return contenders[name].title
}

export function measures(name: ContenderName, workload: Workload): boolean {
  return contenders[name].workloads?.includes(workload) ?? true
}
