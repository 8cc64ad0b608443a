import { type Proof, type ScenarioProof, type VerdictKind, verdictOf } from 'counterfoil/testing'
import { countText } from '../../../terminal/size.ts'
import { markup } from '../markup.ts'
import {
  countOf,
  extentText,
  msText,
  numbersOf,
  runFacts,
  tallyText,
  verdictKinds,
  verdictSigns,
  verdictText,
  verdictWords,
} from '../words.ts'
import { latencyFigure, statusFigure } from './answers.ts'
import { style } from './style.ts'
import { patterns, timelineFigure } from './timeline.ts'

/** One file with all that it needs: it loads nothing and runs nothing, so that it can be mailed, kept and printed. */
export function htmlReport(proof: Proof): string {
  const kind = verdictOf(proof)
  const title = `${verdictWords[kind]}: ${proof.target}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="counterfoil ${markup(proof.versions.counterfoil)}">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${markup(title)}</title>
<style>${style}</style>
</head>
<body>
${patterns}
<main>
${top(proof)}
${overview(proof)}
${verdictKinds.map((each) => chapter(proof, each)).join('')}
${theRun(proof)}
</main>
</body>
</html>
`
}

function top(proof: Proof): string {
  const kind = verdictOf(proof)
  return `<p class="kicker">counterfoil prove ${proof.of}</p>
<h1>${markup(proof.target)}</h1>
<p class="extent">${markup(extentText(proof))}, ${startedAt(proof)}</p>
<p class="verdict ${kind}"><strong>${verdictSigns[kind]} ${verdictWords[kind]}</strong><span>${markup(tallyText(proof))}</span></p>`
}

function startedAt({ startedAt }: Proof): string {
  const said = startedAt.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')
  return `<time datetime="${markup(startedAt)}">${markup(said)}</time>`
}

function overview({ scenarios }: Proof): string {
  const rows = scenarios.map(
    (scenario) => `<tr>
<td>${mark(scenario)}</td><td><a href="#${markup(scenario.id)}">${markup(scenario.title)}</a></td>
<td class="number">${countText(scenario.rounds)}</td><td class="number">${countText(scenario.requests)}</td><td class="number">${p99(scenario)}</td>
</tr>`,
  )
  return `<h2>Scenarios</h2>
<div class="scroll"><table>
<thead><tr><th>verdict</th><th>promise</th><th class="number">rounds</th><th class="number">sent</th><th class="number">p99</th></tr></thead>
<tbody>${rows.join('\n')}</tbody>
</table></div>`
}

function p99({ answers: { latencyMs } }: ScenarioProof): string {
  return latencyMs === null ? '–' : msText(latencyMs.p99).replace(' ', '\u00a0')
}

const chapterTitles: Readonly<Record<VerdictKind, string>> = {
  broken: 'Broken',
  not_shown: 'Not shown',
  held: 'Held',
}

function chapter(proof: Proof, kind: VerdictKind): string {
  const count = countOf(proof.scenarios, kind)
  if (count === 0) return ''
  const ofKind = proof.scenarios.filter(({ verdict }) => verdict.kind === kind)
  return `<h2>${chapterTitles[kind]} (${count})</h2>\n${ofKind.map((scenario) => article(scenario, proof.of)).join('\n')}\n`
}

function article(scenario: ScenarioProof, of: Proof['of']): string {
  const { id, title, verdict } = scenario
  return `<article id="${markup(id)}" class="${verdict.kind}">
<header><h3>${markup(title)}</h3>${mark(scenario)}</header>
<p class="id"><code>${markup(id)}</code></p>
<p class="why">${markup(verdictText(scenario))}</p>
${evidence(scenario)}${scenario.requests === 0 ? '' : numbers(scenario, of)}</article>`
}

function numbers(scenario: ScenarioProof, of: Proof['of']): string {
  const drawn = new Set(['answers', 'latency'])
  const facts = numbersOf(scenario, of).filter(([name]) => !drawn.has(name))
  return `<dl>
${facts.map(([name, text]) => `<dt>${name}</dt><dd>${markup(text)}</dd>`).join('\n')}
</dl>
${answerFigures(scenario)}
${timelineFigure(scenario)}
`
}

function answerFigures(scenario: ScenarioProof): string {
  const figures = statusFigure(scenario) + latencyFigure(scenario)
  return figures === '' ? '' : `<div class="answers">${figures}</div>`
}

function evidence({ verdict }: ScenarioProof): string {
  if (verdict.kind !== 'broken' || verdict.evidence.length === 0) return ''
  const items = verdict.evidence.map(
    ({ atMs, says }) => `<li><time>+${msText(atMs)}</time><p>${markup(says)}</p></li>`,
  )
  return `<ol class="evidence">${items.join('\n')}</ol>\n`
}

function mark({ verdict: { kind } }: ScenarioProof): string {
  return `<span class="mark ${kind}">${verdictSigns[kind]} ${verdictWords[kind]}</span>`
}

function theRun(proof: Proof): string {
  const rows = runFacts(proof).map(
    ([what, value]) => `<tr><th>${markup(what)}</th><td><code>${markup(value)}</code></td></tr>`,
  )
  return `<h2>The run</h2>
<div class="scroll"><table class="run"><tbody>${rows.join('\n')}</tbody></table></div>
<footer><p>Not shown is never counted as held: something could not be measured. A race that was not seen may still be there: each verdict says how rare a fault it could have missed.</p></footer>`
}
