import { type Proof, type ScenarioProof, verdictOf } from 'counterfoil/testing'
import { visible } from '../../terminal/visible.ts'
import {
  extentText,
  msText,
  numbersOf,
  playedText,
  runFacts,
  tallyText,
  verdictKinds,
  verdictSigns,
  verdictText,
  verdictWords,
} from './words.ts'

/** For a pull request or a wiki: the table of all, and then each, what is broken first. */
export function markdownReport(proof: Proof): string {
  const { scenarios, of, target } = proof
  const kind = verdictOf(proof)
  const sections = verdictKinds.flatMap((each) => scenarios.filter(({ verdict }) => verdict.kind === each))
  return `${[
    `# ${verdictSigns[kind]} ${verdictWords[kind]}: ${md(target)}`,
    `\`counterfoil prove ${of}\`: ${tallyText(proof)}. ${extentText(proof)}.`,
    table(
      ['verdict', 'scenario', 'promise', 'played'],
      scenarios.map((scenario) => [
        verdictCell(scenario),
        `\`${scenario.id}\``,
        md(scenario.title),
        playedText(scenario, of),
      ]),
    ),
    ...sections.map((scenario) => section(scenario, of)),
    '## The run',
    table(
      ['what', 'value'],
      runFacts(proof).map(([what, value]) => [md(what), md(value)]),
    ),
  ].join('\n\n')}\n`
}

function section(scenario: ScenarioProof, of: Proof['of']): string {
  const { id, title, verdict } = scenario
  const evidence = verdict.kind === 'broken' ? verdict.evidence : []
  return [
    `## ${verdictCell(scenario)}: ${md(title)}`,
    md(verdictText(scenario)),
    ...(evidence.length === 0
      ? []
      : [evidence.map(({ atMs, says }) => `1. **+${msText(atMs)}** ${md(says)}`).join('\n')]),
    [
      `- scenario: \`${id}\``,
      ...numbersOf(scenario, of).map(([name, text]) => `- ${name}: ${md(text)}`),
    ].join('\n'),
  ].join('\n\n')
}

function verdictCell({ verdict: { kind } }: ScenarioProof): string {
  return kind === 'held'
    ? `${verdictSigns[kind]} ${verdictWords[kind]}`
    : `**${verdictSigns[kind]} ${verdictWords[kind]}**`
}

/** Text that Markdown takes as text. */
function md(text: string): string {
  return visible(text).replace(/[\\`*_{}[\]<>#|~]/g, '\\$&')
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n')
}
