import type { Output } from '../io.ts'

/** A label, and what there is to say: already escaped. An empty list of values leaves the label out. */
export type Fact = readonly [label: string, ...values: string[]]

/** Facts below each other, their labels dimmed and of one width. */
export function factLines(facts: readonly Fact[], output: Output): string {
  const shown = facts.filter(([, ...values]) => values.length > 0)
  const width = shown.reduce((widest, [label]) => Math.max(widest, label.length), 0)
  return shown
    .flatMap(([label, ...values]) =>
      values.map((value, at) =>
        `  ${output.style('dim', (at === 0 ? label : '').padEnd(width))}  ${value}`.trimEnd(),
      ),
    )
    .map((line) => `${line}\n`)
    .join('')
}

export function heading(title: string, output: Output): string {
  return `\n${output.style('bold', title)}\n`
}
