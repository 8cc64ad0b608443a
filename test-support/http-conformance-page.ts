import { type HttpCase, type HttpServiceUnderTest, httpContract, httpTopics } from 'counterfoil/testing'
import { declaredGateways } from '../packages/cli/test/gateway/declared.ts'
import { declaredFaces } from '../packages/counterfoil/test/http/declared.ts'

type Declared = Pick<HttpServiceUnderTest, 'has' | 'differs'>

const columns: readonly (readonly [name: string, declared: Declared])[] = Object.entries({
  ...declaredFaces,
  ...declaredGateways,
})

/**
 * The page with the table of the suite: each case and each service. It is made from what is declared, which the run of the
 * suite holds true: what is declared to differ must differ, and what isn't must pass.
 */
export function httpConformancePage(): string {
  const cases = httpContract()
  const notes = [
    ...new Set(columns.flatMap(([, { differs }]) => Object.values(differs).map(({ why }) => why))),
  ]
  const sections = httpTopics.flatMap((topic) => [
    `## ${topic[0]?.toUpperCase()}${topic.slice(1)}`,
    tableOf(
      cases.filter((one) => one.topic === topic),
      notes,
    ),
  ])
  return [
    '# What every integration and the gateway do over HTTP',
    '<!-- Made from the suite by `npm run conformance -- --update`. Edit the cases and what is declared, not this page. -->',
    `${cases.length} cases over raw sockets, run over each of ${columns.length} services by \`npm test\`. They are public: \`httpContract\` of \`counterfoil/testing\` runs them over a service of your own.`,
    'A number is a deliberate difference, explained [below](#differences); the run fails where the difference isn’t there. A dash: the case is about something that the service doesn’t have, such as a handler of its own behind a proxy.',
    ...sections,
    '## Differences',
    notes.map((why, at) => `${at + 1}. ${why}`).join('\n'),
  ]
    .join('\n\n')
    .concat('\n')
}

function tableOf(cases: readonly HttpCase[], notes: readonly string[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [
    line(['case', ...columns.map(([name]) => name)]),
    line(['---', ...columns.map(() => ':-:')]),
    ...cases.map((one) =>
      line([
        one.name.replaceAll('|', '\\|').replaceAll('_', '\\_'),
        ...columns.map(([, declared]) => cellOf(one, declared, notes)),
      ]),
    ),
  ].join('\n')
}

function cellOf({ id, needs }: HttpCase, { has, differs }: Declared, notes: readonly string[]): string {
  if (needs !== null && !has.includes(needs)) return '–'
  const difference = differs[id]
  return difference === undefined ? '✓' : `[${notes.indexOf(difference.why) + 1}](#differences)`
}
