import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Row } from '../summary.ts'
import { intoPage } from './page.ts'
import type { CallsRun, GrowthRun } from './results.ts'

let docs: string
beforeEach(() => {
  docs = mkdtempSync(join(tmpdir(), 'bench-page-'))
})
afterEach(() => rmSync(docs, { recursive: true }))

const machine = {
  date: '2026-01-02T03:04:05.678Z',
  machine: '2 × CPU',
  node: '24.0.0',
  sqlite: '3.50.0',
  loadBefore: '0 0 0',
  disk: 'an fsync takes 1 ms',
}
const one = { median: 1.23456, min: 1, max: 2 }

function row(contender: Row['contender'], more: Partial<Row> = {}): Row {
  const figures = { perSecond: one, p50Ms: one, p99Ms: one, cpuUs: one, loopDelayP99Ms: one }
  return { contender, workload: 'first-time', atOnce: 64, ...figures, ...more }
}

const calls: CallsRun = {
  command: 'npm run bench -- --write',
  machine,
  servers: [{ name: 'Redis', says: '7.0.15, appendonly yes' }],
  effort: { rounds: 7, warmUpMs: 300, cellMs: 400 },
  rows: [row('redis'), row('node-idempotency', { counterfoil: { median: 0.91, min: 0.8, max: 1 } })],
  absent: { restate: 'not there' },
  goals: [
    { name: 'one that is missed', measured: one, goal: { atLeast: 2 }, unit: '×' },
    { name: 'one that nobody measured', measured: undefined, goal: { atLeast: 2 }, unit: '×' },
  ],
}
const growth: GrowthRun = {
  command: 'npm run bench -- growth --write',
  machine,
  servers: [],
  goals: [{ name: 'one that is reached', measured: one, goal: { atMost: 1.3 }, unit: '×' }],
  rows: [10_000, 1_000_000].map((receipts) => ({
    store: 'postgres',
    receipts,
    fillPerSecond: 1,
    bytesAReceipt: 2000,
    p50MsAt64: one,
    p50MsAt1: one,
    timesAt64: one,
    timesAt1: one,
    sweep: { removed: 1, batches: 1, tookMs: 1, longestBatchMs: 1, p50Ms: 1, p99Ms: 1 },
  })),
}

test('each command writes its own part, and leaves the other ones as they are', async () => {
  await intoPage('calls', calls, docs)
  await intoPage('growth', growth, docs)
  const page = readFileSync(join(docs, 'BENCHMARKS.md'), 'utf8')
  for (const part of [
    'npm run bench -- --write',
    'npm run bench -- growth --write',
    '2 × CPU',
    'Redis        7.0.15, appendonly yes',
    '| one that is missed | ≥ 2 × | 1.23 × (1.00–2.00) | **not reached** |',
    '| one that is reached | ≤ 1.3 × | 1.23 × (1.00–2.00) | reached |',
    "left out: Restate's ingress: not there",
    '0.91 × (0.80–1.00)',
    '| PostgreSQL | 1,000,000 |',
  ])
    expect(page).toContain(part)
  expect(page).not.toContain('nobody measured')
})

test('what a contender does without stands beside its figures', async () => {
  await intoPage('calls', calls, docs)
  const page = readFileSync(join(docs, 'BENCHMARKS.md'), 'utf8')
  expect(page).toMatch(/\| @node-idempotency\/core \(node-redis 4\) \| fence, lease/)
})

test('every plot that the page shows is there, with whom it is about', async () => {
  await intoPage('calls', calls, docs)
  await intoPage('growth', growth, docs)
  const page = readFileSync(join(docs, 'BENCHMARKS.md'), 'utf8')
  const shown = [...page.matchAll(/\(benchmarks\/([\w-]+\.svg)\)/g)].map(([, name]) => name)
  const files = readdirSync(join(docs, 'benchmarks')).filter((file) => file.endsWith('.svg'))
  expect(files.sort()).toEqual([...shown].sort())
  expect(shown).toEqual(['first-time-on-redis.svg', 'growth.svg'])
  const plot = readFileSync(join(docs, 'benchmarks', 'first-time-on-redis.svg'), 'utf8')
  expect(plot).toContain('Counterfoil, Redis (node-redis)')
})
