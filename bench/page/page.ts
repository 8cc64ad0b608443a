import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Goal, isReached } from '../goals.ts'
import { GROWTH_HEADS, GROWTH_NOTES, growthCells, SWEEP_HEADS, sweepCells } from '../growth/report.ts'
import { headerLines } from '../header.ts'
import { PAYLOAD } from '../payload.ts'
import { number } from '../table.ts'
import { WAITERS_HEADS, waitersCells, waitersNotes } from '../waiters/report.ts'
import { callsSection, type Section } from './calls-section.ts'
import { codeBlock, markdownTable } from './markdown.ts'
import { growthPlot } from './plots.ts'
import { type GrowthRun, keepRun, keptRuns, type Runs, type WaitersRun } from './results.ts'

/** Keeps a run, and writes `docs/BENCHMARKS.md` anew with it and with what the other commands have left. */
export async function intoPage<Name extends keyof Runs>(
  name: Name,
  run: Runs[Name],
  docs: string = join(import.meta.dirname, '../../docs'),
): Promise<void> {
  const folder = join(docs, 'benchmarks')
  keepRun(folder, name, run)
  const { calls, growth, waiters } = keptRuns(folder)
  const sections: Section[] = [
    ...(calls === undefined ? [] : [await callsSection(calls)]),
    ...(growth === undefined ? [] : [await growthSection(growth)]),
    ...(waiters === undefined ? [] : [waitersSection(waiters)]),
  ]
  const goals = [calls, growth, waiters].flatMap((one) => one?.goals ?? [])
  for (const { plots } of sections)
    for (const [file, svg] of plots) writeFileSync(join(folder, file), `${svg}\n`)
  const text = [INTRODUCTION, goalsSection(goals), ...sections.map(({ text: part }) => part)].join('\n\n')
  writeFileSync(join(docs, 'BENCHMARKS.md'), `${text}\n`)
}

const INTRODUCTION = `# What a call costs

Written by \`npm run bench -- --write\`, \`npm run bench -- growth --write\` and \`npm run bench -- waiters --write\`: not by hand. What is
measured, and how to read it, says [\`bench/README.md\`](../bench/README.md). Only ratios within one run mean anything; another machine has
other figures. Each peer is called as its own documentation says, without the HTTP around it; what it does without stands below its
figures.`

function goalsSection(goals: readonly Goal[]): string {
  const rows = goals
    .filter((goal) => goal.measured !== undefined)
    .map((goal) => {
      const { measured, unit } = goal
      const wanted = 'atLeast' in goal.goal ? `≥ ${goal.goal.atLeast}` : `≤ ${goal.goal.atMost}`
      return [
        goal.name,
        `${wanted} ${unit}`,
        measured
          ? `${number(measured.median)} ${unit} (${number(measured.min)}–${number(measured.max)})`
          : '',
        isReached(goal) ? 'reached' : '**not reached**',
      ]
    })
  return `## Goals\n\n${markdownTable(['what', 'goal', 'measured', ''], rows)}`
}

async function growthSection(run: GrowthRun): Promise<Section> {
  const text = [
    '## Growth',
    codeBlock(headerLines(run.machine, run.command, PAYLOAD, run.servers)),
    GROWTH_NOTES,
    '![what a first-time call costs among more receipts](benchmarks/growth.svg)',
    markdownTable(GROWTH_HEADS, run.rows.map(growthCells)),
    '### Sweep',
    markdownTable(SWEEP_HEADS, run.rows.map(sweepCells)),
  ].join('\n\n')
  return { text, plots: new Map([['growth.svg', await growthPlot(run.rows)]]) }
}

function waitersSection(run: WaitersRun): Section {
  const text = [
    '## Waiters',
    codeBlock(headerLines(run.machine, run.command, PAYLOAD, run.servers)),
    waitersNotes(run.plan),
    markdownTable(WAITERS_HEADS, run.rows.map(waitersCells)),
  ].join('\n\n')
  return { text, plots: new Map() }
}
