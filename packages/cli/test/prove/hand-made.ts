import type { AnswerSummary, Proof, ScenarioProof, TimelineEntry, TimelineRole } from 'counterfoil/testing'

/** Proofs made by hand, one of each kind of verdict, so that a report can be held to all that a proof may say. */

export function proofOf(scenarios: readonly ScenarioProof[]): Proof {
  return {
    of: 'http',
    target: 'http://127.0.0.1:3000/charges',
    startedAt: '2026-05-01T10:00:00.000Z',
    durationMs: 12_400,
    seed: 4711,
    terms: [
      ['--method', 'POST'],
      ['--requests', '200'],
      ['--count-sql', "SELECT count(*) FROM charges WHERE note = {key} AND currency <> 'EUR'"],
    ],
    versions: { counterfoil: '0.1.0', node: 'v24.21.0', platform: 'linux x64' },
    scenarios,
  }
}

export const held: ScenarioProof = {
  id: 'concurrent',
  title: 'Of 200 simultaneous requests with one key, one runs, and all get its answer.',
  verdict: {
    kind: 'held',
    bound:
      'No fault in 20 rounds: one that shows in more than 13.9 % of rounds would have been seen, with 95 % confidence.',
  },
  rounds: 20,
  requests: 4000,
  answers: answers({ '201': 3988, '409': 12 }, { p50: 212.4, p95: 231.9, p99: 244, max: 251.6 }),
  effects: { kind: 'counted', expected: { least: 1, most: 1 }, seen: [{ effects: 1, keys: 20 }] },
  spreadMs: { median: 0.8, max: 2.4 },
  timeline: storm(4, 50),
}

export const broken: ScenarioProof = {
  id: 'conflict-in-flight',
  title: 'A key that is in use is refused to another body, and the running request is not disturbed.',
  verdict: {
    kind: 'broken',
    why: 'Both requests ran: the second body was charged <b>too</b> under the same key.',
    evidence: [
      { atMs: 0.3, says: 'process 1, connection 1 sent body A (sha256 3f2a9c81) with key prove-4711-7' },
      { atMs: 48.2, says: 'process 1, connection 2 sent body B (sha256 77aa0c19) with the same key' },
      { atMs: 140, says: 'connection 2 was answered with 201 | an "id" of its own' },
      { atMs: 200.7, says: 'connection 1 was answered with 201; 2 effects were counted' },
    ],
  },
  rounds: 20,
  requests: 60,
  answers: answers({ '201': 38, '422': 21, 'no answer': 1 }, { p50: 92, p95: 180.2, p99: 201, max: 201 }),
  effects: {
    kind: 'counted',
    expected: { least: 1, most: 1 },
    seen: [
      { effects: 1, keys: 18 },
      { effects: 2, keys: 2 },
    ],
  },
  spreadMs: null,
  timeline: [
    { startMs: 0.3, endMs: 200.7, caller: 'process 1, connection 1', role: 'ran', answer: '201' },
    { startMs: 48.2, endMs: 140, caller: 'process 1, connection 2', role: 'ran', answer: '201' },
    { startMs: 210, endMs: 213, caller: 'process 1, connection 1', role: 'replayed', answer: '201' },
    { startMs: 220, endMs: 222, caller: 'process 1, connection 2', role: 'refused', answer: '422' },
    { startMs: 220, endMs: 260, caller: 'process 1, connection 3', role: 'no_answer', answer: 'no answer' },
    { startMs: 270, endMs: 290, caller: 'process 1, connection 3', role: 'failed', answer: '500' },
  ],
}

export const notShown: ScenarioProof = {
  id: 'crash',
  title: 'A request whose server dies is not stuck: it is held or runs again, as the guarantee says.',
  verdict: {
    kind: 'not_shown',
    why: 'Nothing could be killed: give --kill-cmd and --restart-cmd.',
  },
  rounds: 0,
  requests: 0,
  answers: { statuses: [], bodies: [], latencyMs: null },
  effects: { kind: 'not_counted' },
  spreadMs: null,
  timeline: [],
}

export const allKinds: Proof = proofOf([held, broken, notShown])

function answers(
  statuses: Readonly<Record<string, number>>,
  latencyMs: NonNullable<AnswerSummary['latencyMs']>,
): AnswerSummary {
  const counts = Object.entries(statuses)
  return {
    statuses: counts.map(([status, count]) => ({ status, count })),
    bodies: counts.map(([, count], at) => ({ sha256: String(at + 1).repeat(64), bytes: 27 + at, count })),
    latencyMs,
  }
}

/** One claims, most wait for it, some come late and are replayed at once, a few are refused. */
export function storm(processes: number, connections: number): TimelineEntry[] {
  return Array.from({ length: processes * connections }, (_, at) => {
    const startMs = (at * 7) % 5
    const caller = `process ${1 + (at % processes)}, connection ${1 + Math.floor(at / processes)}`
    const [role, answer, endMs] = partOf(at)
    return { startMs: role === 'replayed' ? startMs + 215 : startMs, endMs, caller, role, answer }
  })
}

function partOf(at: number): [role: TimelineRole, answer: string, endMs: number] {
  if (at === 61) return ['ran', '201', 204]
  if (at % 33 === 5) return ['refused', '409', 12 + (at % 9)]
  if (at % 11 === 3) return ['replayed', '201', 221 + (at % 13)]
  return ['waited', '201', 206 + ((at * 13) % 47)]
}
