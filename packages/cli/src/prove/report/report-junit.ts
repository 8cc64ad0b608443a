import type { Proof, ScenarioProof } from 'counterfoil/testing'
import { markup } from './markup.ts'
import { countOf, msText, numbersOf, verdictText } from './words.ts'

/** As CI systems read it: what is broken failed, what was not shown was skipped and says why, and never passed. */
export function junitReport(proof: Proof): string {
  const { scenarios } = proof
  const counts = `tests="${scenarios.length}" failures="${countOf(scenarios, 'broken')}" errors="0" skipped="${countOf(scenarios, 'not_shown')}" time="${seconds(proof.durationMs)}"`
  const suite = `counterfoil prove ${proof.of}`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${suite}" ${counts}>`,
    `  <testsuite name="${suite}" ${counts} timestamp="${markup(proof.startedAt)}">`,
    '    <properties>',
    ...properties(proof).map(
      ([name, value]) => `      <property name="${markup(name)}" value="${markup(value)}"/>`,
    ),
    '    </properties>',
    ...scenarios.map((scenario) => testcase(scenario, proof)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function properties({ target, seed, versions, terms }: Proof): readonly (readonly [string, string])[] {
  return [
    ['target', target],
    ['seed', String(seed)],
    ['counterfoil', versions.counterfoil],
    ['node', versions.node],
    ['platform', versions.platform],
    ...terms,
  ]
}

function testcase(scenario: ScenarioProof, { of }: Proof): string {
  const outcome = {
    held: [],
    broken: [
      `      <failure type="broken" message="${markup(verdictText(scenario))}">${evidence(scenario)}</failure>`,
    ],
    not_shown: [`      <skipped message="${markup(verdictText(scenario))}"/>`],
  }[scenario.verdict.kind]
  return [
    `    <testcase classname="counterfoil.prove.${of}" name="${markup(`${scenario.id}: ${scenario.title}`)}">`,
    ...outcome,
    ...(scenario.requests === 0 ? [] : [`      <system-out>${seen(scenario, of)}</system-out>`]),
    '    </testcase>',
  ].join('\n')
}

function evidence({ verdict }: ScenarioProof): string {
  if (verdict.kind !== 'broken') return ''
  return verdict.evidence.map(({ atMs, says }) => `\n+${msText(atMs)}: ${markup(says)}`).join('')
}

function seen(scenario: ScenarioProof, of: Proof['of']): string {
  const bound = scenario.verdict.kind === 'held' ? [scenario.verdict.bound] : []
  const lines = [...numbersOf(scenario, of).map(([name, text]) => `${name}: ${text}`), ...bound]
  return lines.map((line) => `\n${markup(line)}`).join('')
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}
