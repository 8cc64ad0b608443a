import type { Group } from '../questions/question.ts'
import { groups } from '../questions/questions.ts'
import { quoted } from '../questions/template.ts'

/** A file of these answers: by group, in the order of the questions. */
export function answersYaml(texts: ReadonlyMap<string, string>): string {
  const sections = groups.map((group) => section(group, texts)).filter((text) => text !== undefined)
  return `${sections.join('\n\n')}\n`
}

function section(group: Group, texts: ReadonlyMap<string, string>): string | undefined {
  const answersAt = (path: string): string[] =>
    group.questions.flatMap(({ name }) => {
      const text = texts.get(`${path}.${name}`)
      return text === undefined ? [] : [`${name}: ${quoted(text)}`]
    })
  if (group.shape === 'one') {
    const lines = answersAt(group.name)
    return lines.length === 0
      ? `${group.name}: {}`
      : [`${group.name}:`, ...lines.map((line) => `  ${line}`)].join('\n')
  }
  const lines = [`${group.name}:`]
  for (let at = 0; ; at += 1) {
    const [first, ...others] = answersAt(`${group.name}.${at}`)
    if (first === undefined) return lines.join('\n')
    lines.push(`  - ${first}`, ...others.map((line) => `    ${line}`))
  }
}
