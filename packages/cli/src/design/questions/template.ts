import { wrapped } from '../../terminal/wrapped.ts'
import { listed } from './kinds.ts'
import { type AnswerKind, type Group, isAsked, type Question } from './question.ts'
import { groups } from './questions.ts'

const WIDTH = 100

/** A file to fill in: each question as a comment, with an answer that fits. As it is printed, it makes a design. */
export function template(): string {
  return `${[
    comment(
      'The answers from which `counterfoil design <this file>` writes a design. Times have a unit (500ms, 30s, 24h, 7d), sizes too (700b, 4kb, 10mb).',
      '',
    ),
    ...groups.map(section),
  ].join('\n\n')}\n`
}

function section(group: Group): string {
  const title = comment(group.about, '')
  if (group.shape === 'one') {
    return [title, `${group.name}:`, ...group.questions.map((question) => asked(question, group, '  '))].join(
      '\n',
    )
  }
  const [first = '', ...others] = group.questions.map((question) => asked(question, group, '    '))
  // The first answer of an item carries its dash.
  const begun = first.replace(/^ {4}(?=[^ #])/m, '  - ')
  return [title, `${group.name}:`, begun, ...others].join('\n')
}

function asked(question: Question, group: Group, indent: string): string {
  const where = question.askedWhere === undefined ? '' : ` (${question.askedWhere.says})`
  const lines = [
    comment(`${question.asks}${where}`, indent),
    comment(question.why, indent),
    ...meanings(question.kind).map((meaning) => comment(meaning, indent)),
  ]
  const answer = `${question.name}: ${quoted(question.example)}`
  return [...lines, isExampleNeeded(question, group) ? `${indent}${answer}` : `${indent}# ${answer}`].join(
    '\n',
  )
}

/** The questions that this file's own answers call for; the others are there as comments. */
function isExampleNeeded(question: Question, group: Group): boolean {
  return isAsked(question, (path) => {
    const [of, name] = path.includes('.') ? path.split('.') : [group.name, path]
    return groups.find((each) => each.name === of)?.questions.find((each) => each.name === name)?.example
  })
}

function meanings(kind: AnswerKind): readonly string[] {
  switch (kind.is) {
    case 'choice':
      return Object.entries(kind.of).map(([value, meaning]) => `  ${value}: ${meaning}`)
    case 'text':
      return [`  ${kind.form}`]
    case 'duration':
      return kind.or === undefined ? [] : [`  ${listed(['a time', kind.or])}`]
    default:
      return []
  }
}

function comment(text: string, indent: string): string {
  return wrapped(text.trimStart(), WIDTH - indent.length - 2)
    .split('\n')
    .map((line) => `${indent}# ${text.startsWith('  ') ? '  ' : ''}${line}`)
    .join('\n')
}

/** Quoted where YAML would take it for something else. */
export function quoted(text: string): string {
  return /^[A-Za-z0-9./][^\s#'"{}[\],&*!|>%@`]*( [^\s#'":{}[\],]+)*$/.test(text) && !text.endsWith(':')
    ? text
    : `'${text.replaceAll("'", "''")}'`
}
