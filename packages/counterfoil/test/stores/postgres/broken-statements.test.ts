import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { postgresStore } from '../../../src/stores/postgres/index.ts'
import { type ContractTopic, ContractViolation } from '../../../src/testing/index.ts'
import { contractCases } from '../../testing/hold-to-contract.ts'
import { databaseForFile, onADatabase } from '../../testing/on-a-database.ts'
import { type Rewrite, rewritingPool } from './rewriting-pool.ts'

// Each of the conditions that make the statements safe, taken away: the suite must find it.

const database = databaseForFile()
const processScript = new URL('../../testing/postgres-process.ts', import.meta.url)

interface Broken {
  readonly rewrite: Rewrite
  readonly foundBy: readonly ContractTopic[]
}

const DO_NOTHING = 'ON CONFLICT (id) DO NOTHING'
const DO_UPDATE = 'ON CONFLICT (id) DO UPDATE SET token = excluded.token, incarnation = excluded.incarnation'

const broken: Readonly<Record<string, Broken>> = {
  'a write whatever became of what was decided on': {
    rewrite: without(
      'AND r.incarnation = $2::text AND r.revision = $3::text::bigint',
      'AND $3::text IS NOT NULL',
    ),
    foundBy: ['storms'],
  },
  'a settle without its fence': {
    rewrite: chained(
      without(
        'AND r.attempt = $3::text::integer AND r.token = $4::text',
        'AND $3::text || $4::text IS NOT NULL',
      ),
      without('AND s.attempt = x.attempt AND s.token = x.token', ''),
    ),
    foundBy: ['zombies', 'settle table'],
  },
  'a settle of what was given up': {
    rewrite: without("AND r.state = 'in_progress' AND r.given_up IS NULL", ''),
    foundBy: ['settle table'],
  },
  'a settle that believes the receipt of its claim': {
    rewrite: without(
      'AND r.claimed_at = $5::text::bigint AND r.generations = $6::text',
      "AND $5::text || $6::text <> ''",
    ),
    foundBy: ['settle table'],
  },
  'a claim that takes over whatever is there': {
    rewrite: chained(
      without("$17::text = 'creates' AND NOT EXISTS", "$17::text = 'creates' OR EXISTS"),
      without(DO_NOTHING, DO_UPDATE),
    ),
    foundBy: ['claim table'],
  },
  'a claim that takes over what has come since it looked': {
    rewrite: without(DO_NOTHING, DO_UPDATE),
    foundBy: ['storms'],
  },
  'a sweep that removes by a list made before': {
    rewrite: without('AND r.incarnation = a.incarnation AND r.revision = a.revision', ''),
    foundBy: ['sweep races'],
  },
  'a look for what is due that finds nothing': {
    rewrite: without('AND r.sweep_due_at <=', 'AND false AND r.sweep_due_at <='),
    foundBy: ['lists', 'sweep table'],
  },
}

describe.each(Object.entries(broken))('%s', (_name, { rewrite, foundBy }) => {
  it.each(foundBy)('is found by the %s', async (topic) => {
    expect(await violationOf(rewrite, topic)).toBeDefined()
  })
})

/** Another error than a violation is none: the store must be found wrong, not merely fall over. */
async function violationOf(rewrite: Rewrite, topic: ContractTopic): Promise<string | undefined> {
  const cases = contractCases('one process').filter((contractCase) => contractCase.topic === topic)
  expect(cases.length).toBeGreaterThan(0)
  let rewritten = 0
  for (const { name, run } of cases) {
    const pools: pg.Pool[] = []
    const open = (url: string, schema: string) => {
      const pool = new pg.Pool({ connectionString: url, max: 4 })
      pools.push(pool)
      const rewriting = rewritingPool(pool, rewrite)
      const store = postgresStore(rewriting, { schema })
      const close = store.close.bind(store)
      return Object.assign(store, {
        close: async () => {
          await close()
          rewritten += rewriting.rewritten()
        },
      })
    }
    try {
      await onADatabase(database, open, processScript, [], run)
    } catch (error) {
      if (!(error instanceof ContractViolation)) throw error
      return `${name}: ${error.message}`
    } finally {
      await Promise.all(pools.map((pool) => pool.end()))
    }
  }
  expect(rewritten, 'statements that were broken').toBeGreaterThan(0)
  return undefined
}

function without(text: string, instead: string): Rewrite {
  return (whole) => whole.replace(text, instead)
}

function chained(...rewrites: readonly Rewrite[]): Rewrite {
  return (text) => rewrites.reduce((sofar, rewrite) => rewrite(sofar), text)
}
