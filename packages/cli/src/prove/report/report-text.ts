import { type Proof, type ScenarioProof, type VerdictKind, verdictOf } from 'counterfoil/testing'
import type { Output, Style } from '../../io.ts'
import { type Fact, factLines, heading } from '../../terminal/facts.ts'
import { visible } from '../../terminal/visible.ts'
import { widthOf } from '../../terminal/width.ts'
import { wrapped } from '../../terminal/wrapped.ts'
import {
  briefText,
  extentText,
  msText,
  numbersOf,
  tallyText,
  verdictSigns,
  verdictText,
  verdictWords,
} from './words.ts'

const styles: Readonly<Record<VerdictKind, Style>> = {
  held: 'green',
  broken: ['red', 'bold'],
  not_shown: 'yellow',
}
const widestVerdict = Math.max(...Object.values(verdictWords).map((word) => word.length)) + 2

/** For a terminal: every scenario with its verdict, then what was broken and how it was seen, and the verdict of all. */
export function textReport(proof: Proof, output: Output): string {
  const { scenarios, target, of, seed } = proof
  const broken = scenarios.filter(({ verdict }) => verdict.kind === 'broken')
  return [
    `${output.style('bold', `prove ${of}`)} ${visible(target)}\n`,
    dimmed(indented(`${extentText(proof)}, seed ${seed}`, 0, output), output),
    ...(nothingPlayed(scenarios, output) ??
      scenarios.map((scenario) => `\n${scenarioLines(scenario, of, output)}`)),
    ...broken.map((scenario) => brokenSection(scenario, of, output)),
    `\n${closingLine(proof, output)}\n`,
  ].join('')
}

export function closingLine(proof: Proof, output: Output): string {
  const kind = verdictOf(proof)
  return `${output.style(styles[kind], `${verdictSigns[kind]} ${verdictWords[kind]}`)}: ${tallyText(proof)}`
}

/** One reason for all of them is told once. */
function nothingPlayed(scenarios: readonly ScenarioProof[], output: Output): readonly string[] | undefined {
  const [first] = scenarios
  const why = first && verdictText(first)
  const same = scenarios.every(
    (one) => one.requests === 0 && one.verdict.kind === 'not_shown' && verdictText(one) === why,
  )
  if (why === undefined || scenarios.length === 1 || !same) return undefined
  return [
    `\n${indented(`None of the ${scenarios.length} scenarios was played.`, 0, output)}${indented(why, 0, output)}`,
  ]
}

function scenarioLines(scenario: ScenarioProof, of: Proof['of'], output: Output): string {
  const { id, title, verdict } = scenario
  const mark = `${verdictSigns[verdict.kind]} ${verdictWords[verdict.kind]}`
  const wide = widestVerdict + 2
  const gap = ' '.repeat(wide - widthOf(mark))
  const margin = (output.columns ?? 100) < NARROW ? 2 : wide
  const name = `${output.style(styles[verdict.kind], mark)}${gap}${output.style('bold', id)}\n`
  const why = indented(verdictText(scenario), margin, output)
  // What is broken has all of its numbers below.
  const brief = scenario.requests === 0 || verdict.kind === 'broken' ? '' : briefText(scenario, of)
  const numbers = brief === '' ? '' : dimmed(indented(brief, margin, output), output)
  return `${name}${indented(title, margin, output)}${why}${numbers}`
}

function brokenSection(scenario: ScenarioProof, of: Proof['of'], output: Output): string {
  const { verdict, id } = scenario
  if (verdict.kind !== 'broken') return ''
  const times = verdict.evidence.map(({ atMs }) => `+${msText(atMs)}`)
  const widest = Math.max(0, ...times.map((time) => time.length))
  const evidence = verdict.evidence.map(({ says }, at) => {
    const margin = widest + 4
    const text = indented(says, margin, output).slice(margin)
    return `  ${output.style('cyan', (times[at] ?? '').padStart(widest))}  ${text}`
  })
  return `${heading(`How it broke: ${id}`, output)}${evidence.join('')}${factLines(facts(scenario, of, output), output)}`
}

function facts(scenario: ScenarioProof, of: Proof['of'], output: Output): readonly Fact[] {
  const fact = (label: string, text: string): Fact => {
    const room = (output.columns ?? 100) - LABELS
    return [label, ...wrapped(visible(text), Math.max(NARROWEST, room)).split('\n')]
  }
  return numbersOf(scenario, of).map(([label, text]) => fact(label, text))
}

/** What the labels of the facts take, with the blanks around them. */
const LABELS = 11
/** In fewer columns there is no room to stand below the name. */
const NARROW = 60
/** At least so wide that a word is not a line, however narrow the terminal. */
const NARROWEST = 24

function indented(text: string, margin: number, output: Output): string {
  const room = Math.max(NARROWEST, (output.columns ?? 100) - margin)
  const indent = ' '.repeat(margin)
  return `${indent}${wrapped(visible(text), room).replaceAll('\n', `\n${indent}`)}\n`
}

/** Each line by itself, so that a pager which cuts lines keeps the style. */
function dimmed(lines: string, output: Output): string {
  return lines
    .split('\n')
    .map((line) => (line === '' ? line : output.style('dim', line)))
    .join('\n')
}
