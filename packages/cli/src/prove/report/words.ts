import type { EffectSummary, Proof, ScenarioProof, TimelineRole, VerdictKind } from 'counterfoil/testing'
import { counted, countText } from '../../terminal/size.ts'
import { spanText } from '../../terminal/time.ts'

/** What every report says in the same words, whatever its form. Nothing here is escaped. */

export const verdictWords: Readonly<Record<VerdictKind, string>> = {
  held: 'held',
  broken: 'broken',
  not_shown: 'not shown',
}

/** Beside the word, never instead of it. */
export const verdictSigns: Readonly<Record<VerdictKind, string>> = { held: '✓', broken: '✗', not_shown: '?' }

/** The worst first: what somebody has to act on. */
export const verdictKinds: readonly VerdictKind[] = ['broken', 'not_shown', 'held']

export const roleWords: Readonly<Record<TimelineRole, string>> = {
  ran: 'ran',
  waited: 'waited, then replayed',
  replayed: 'replayed',
  refused: 'refused',
  failed: 'failed',
  no_answer: 'no answer',
}

export const roles: readonly TimelineRole[] = ['ran', 'waited', 'replayed', 'refused', 'failed', 'no_answer']

/** `14 held, 2 broken, 1 not shown`: only what there is, the worst first. */
export function tallyText({ scenarios }: Proof): string {
  const tally = verdictKinds.map((kind) => [kind, countOf(scenarios, kind)] as const)
  const shown = tally.filter(([, count]) => count > 0)
  return shown.length === 0
    ? 'no scenario'
    : shown.map(([kind, count]) => `${count} ${verdictWords[kind]}`).join(', ')
}

export function countOf(scenarios: readonly ScenarioProof[], kind: VerdictKind): number {
  return scenarios.filter(({ verdict }) => verdict.kind === kind).length
}

/** `17 scenarios, 4,812 requests in 12.4s`. */
export function extentText({ of, scenarios, durationMs }: Proof): string {
  const sent = scenarios.reduce((sum, { requests }) => sum + requests, 0)
  return `${counted(scenarios.length, 'scenario')}, ${counted(sent, callWord(of))} in ${spanText(durationMs)}`
}

function callWord(of: Proof['of']): string {
  return of === 'http' ? 'request' : 'call'
}

/** What is needed to run it again, and to know what ran. */
export function runFacts({
  startedAt,
  seed,
  versions,
  terms,
}: Proof): readonly (readonly [string, string])[] {
  return [
    ['started', startedAt],
    ['seed', String(seed)],
    ...terms,
    ['counterfoil', versions.counterfoil],
    ['Node', versions.node],
    ['platform', versions.platform],
  ]
}

/** How much was done: `4,000 requests in 20 rounds`. */
export function playedText({ rounds, requests }: ScenarioProof, of: Proof['of']): string {
  return `${counted(requests, callWord(of))} in ${counted(rounds, 'round')}`
}

/** How simultaneous the simultaneous were; none where nothing was to leave at once. */
function spreadText({ spreadMs }: ScenarioProof): string {
  if (spreadMs === null) return 'none'
  return `within ${msText(spreadMs.median)} of each other (median of the rounds; at most ${msText(spreadMs.max)})`
}

/** The promise and what was seen of it: `one sentence` for each kind of verdict. */
export function verdictText({ verdict }: ScenarioProof): string {
  return verdict.kind === 'held' ? verdict.bound : verdict.why
}

/** `201 × 199, 409 × 1`. */
function statusesText({ answers }: ScenarioProof): string {
  return listText(answers.statuses.map(({ status, count }) => `${status} × ${countText(count)}`))
}

const FEW = 3

/** `1 body (sha256 3f2a9c81…, 27 B)`. */
function bodiesText({ answers: { bodies } }: ScenarioProof): string {
  const first = bodies.slice(0, FEW).map(({ sha256, bytes, count }) => {
    const times = bodies.length === 1 ? '' : ` × ${countText(count)}`
    return `${shortHash(sha256)}, ${countText(bytes)} B${times}`
  })
  const more = bodies.length > FEW ? [`${countText(bodies.length - FEW)} more`] : []
  return `${countText(bodies.length)} distinct (${[...first, ...more].join('; ')})`
}

function shortHash(sha256: string): string {
  return sha256.length > 12 ? `${sha256.slice(0, 12)}…` : sha256
}

/** `p50 12 ms, p95 40 ms, p99 55 ms, max 61 ms`. */
export function latencyText({ answers: { latencyMs } }: ScenarioProof): string {
  if (latencyMs === null) return 'none'
  const { p50, p95, p99, max } = latencyMs
  return `p50 ${msText(p50)}, p95 ${msText(p95)}, p99 ${msText(p99)}, max ${msText(max)}`
}

/** `17 keys with 1 each, 3 keys with 2 each; wanted: 1 each`. */
function effectsText(effects: EffectSummary): string {
  if (effects.kind === 'not_counted') return 'not counted'
  const { seen, expected } = effects
  const wanted =
    expected.least === expected.most
      ? countText(expected.least)
      : `${countText(expected.least)} to ${countText(expected.most)}`
  return `${seenText(seen)}; wanted: ${wanted} each`
}

type Seen = Extract<EffectSummary, { readonly kind: 'counted' }>['seen']

function seenText(seen: Seen): string {
  return listText(
    seen.map(({ effects, keys }) =>
      keys === 1
        ? `1 key with ${countText(effects)}`
        : `${counted(keys, 'key')} with ${countText(effects)} each`,
    ),
  )
}

/** Milliseconds in the precision that a human reads: `0.4 ms`, `12 ms`, `1.25 s`. */
export function msText(ms: number): string {
  if (Math.abs(ms) >= 1000) return `${Number((ms / 1000).toFixed(2))} s`
  return `${Number(ms.toFixed(Math.abs(ms) < 10 ? 1 : 0))} ms`
}

function listText(items: readonly string[]): string {
  return items.length === 0 ? 'none' : items.join(', ')
}

/** The same in a line, for a list: `9 requests in 3 rounds; 201 × 9; 3 distinct bodies; p50 2 ms, p99 71 ms; effects: 3 keys with 1 each`. */
export function briefText(scenario: ScenarioProof, of: Proof['of']): string {
  const { statuses, bodies, latencyMs } = scenario.answers
  const { effects } = scenario
  const parts = [
    playedText(scenario, of),
    statuses.length > 0 && statusesText(scenario),
    bodies.length > 0 &&
      (bodies.length === 1 ? '1 distinct body' : `${countText(bodies.length)} distinct bodies`),
    latencyMs !== null && `p50 ${msText(latencyMs.p50)}, p99 ${msText(latencyMs.p99)}`,
    effects.kind === 'counted'
      ? `effects: ${seenText(effects.seen)}`
      : of === 'http' && 'effects not counted',
  ]
  return parts.filter((part) => part !== false).join('; ')
}

/** What was sent and what came of it, each by its name; nothing of what was never sent, and no name without a number. */
export function numbersOf(scenario: ScenarioProof, of: Proof['of']): readonly (readonly [string, string])[] {
  if (scenario.requests === 0) return []
  const { statuses, bodies, latencyMs } = scenario.answers
  const { effects, spreadMs } = scenario
  const numbers: readonly (readonly [name: string, there: boolean, text: string])[] = [
    ['sent', true, playedText(scenario, of)],
    ['left', spreadMs !== null, spreadText(scenario)],
    ['answers', statuses.length > 0, statusesText(scenario)],
    ['bodies', bodies.length > 0, bodiesText(scenario)],
    ['latency', latencyMs !== null, latencyText(scenario)],
    // A store only answers: there are effects to count in few of its scenarios.
    ['effects', effects.kind === 'counted' || of === 'http', effectsText(effects)],
  ]
  return numbers.filter(([, there]) => there).map(([name, , text]) => [name, text])
}
