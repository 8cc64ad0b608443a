import { codeBlock, markdownTable } from '../page/markdown.ts'
import type { KeptProof, KeptScenario, Results } from './results.ts'
import { targets } from './targets.ts'

/** `docs/proofs.md`. */
export function proofsPage(results: Results): string {
  return [
    introduction,
    codeBlock([
      ['command', results.command],
      ['date', results.date],
      ['machine', results.machine],
      ['run with', termsOf(results)],
      ...results.versions.map((version, at) => [at === 0 ? 'versions' : '', version] as const),
    ]),
    '## What held',
    table(results.proofs),
    '## How each was set up',
    results.proofs
      .map(
        ({ target }) =>
          `- **${targets[target].title}**: ${targets[target].setUp}. Judged by \`${targets[target].terms.guarantee}\`.`,
      )
      .join('\n'),
    '## What was broken',
    ...results.proofs.flatMap(broken),
    '## What was not shown',
    results.proofs.flatMap(notShown).join('\n'),
  ]
    .join('\n\n')
    .concat('\n')
}

const introduction = `# What held, here and elsewhere

<!-- Made from a run by \`npm run proofs -- --write\`. Edit the targets in bench/proofs, not this page. -->

**Not promised.** A verdict is about one version of a package, set up in one way, on one machine, in so many rounds. *Held* means that
no fault was seen, and [\`results.json\`](proofs/results.json) has the bound of each. *Broken* is meant by the rules of
[the contract](contract.md), which are Counterfoil's own; a layer that means something else by a key, and says so, is *broken, by
design*, and its own words stand below. Nobody else has reviewed how the others were set up: each is a
[short file](../bench/proofs/services), written as its documentation says. Corrections are welcome.

\`proveHttp\`, which [\`counterfoil prove http\`](prove.md) calls, was fired at small services that differ only in their idempotency
layer: Counterfoil's integrations, its gateway, and other layers that install from npm. A charge has its effect at once, a line in a
file whose lines are counted, and is answered 100 ms later. \`key-spelling\` sends one key in quotes, as the IETF draft writes it, and
bare; clients that keep to one spelling never meet that fault. To run one target alone: \`npm run proofs -- --only restate\`.`

function termsOf({ proofs }: Results): string {
  const wanted = ['requests', 'processes', 'rounds', 'lease', 'late']
  const terms = proofs[0]?.terms ?? []
  return terms
    .filter(([name]) => wanted.includes(name))
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
}

const marks = { held: 'held', not_shown: '–' } as const

function brokenMark({ target }: KeptProof, id: string): string {
  const meant = targets[target].notes.some(({ on, byDesign }) => byDesign && on.includes(id))
  return meant ? 'broken, by design' : '**broken**'
}

function table(proofs: readonly KeptProof[]): string {
  const scenarios = proofs[0]?.scenarios ?? []
  return markdownTable(
    ['scenario', ...proofs.map(({ target }) => targets[target].title)],
    scenarios.map(({ id }) => [
      `\`${id}\``,
      ...proofs.map((proof) => {
        const found = proof.scenarios.find((one) => one.id === id)
        const kind = found?.verdict.kind ?? 'not_shown'
        return kind === 'broken' ? `[${brokenMark(proof, id)}](#${proof.target})` : marks[kind]
      }),
    ]),
  )
}

function broken({ target, scenarios }: KeptProof): string[] {
  const found = scenarios.filter(({ verdict }) => verdict.kind === 'broken')
  if (found.length === 0) return []
  const notes = targets[target].notes
    .filter(({ on }) => found.some(({ id }) => on.includes(id)))
    .map(
      ({ on, says, byDesign }) =>
        `${on.map((id) => `\`${id}\``).join(', ')}${byDesign ? ', by design' : ''}: ${says}`,
    )
  return [`### ${target}`, found.map(shown).join('\n'), ...notes]
}

/** The sentence, and below it the requests that show it. */
function shown({ id, verdict }: KeptScenario): string {
  if (verdict.kind !== 'broken') return ''
  return [
    `- \`${id}\`: ${verdict.why}`,
    ...verdict.evidence.map(({ atMs, says }) => `  - ${atMs} ms: ${says}`),
  ].join('\n')
}

function notShown({ target, scenarios }: KeptProof): string[] {
  const { title, without, leftOut } = targets[target]
  const unasked = Object.entries(leftOut).map(([id, why]) => `\`${id}\` (${why})`)
  const reasons = Object.entries(without).map(([option, why]) => `\`${option}\`: ${why}`)
  return scenarios
    .flatMap(({ id, verdict }) =>
      verdict.kind === 'not_shown' ? [`- ${title}, \`${id}\`: ${verdict.why}`] : [],
    )
    .concat(reasons.length === 0 ? [] : [`- ${title} was not given ${reasons.join('; ')}.`])
    .concat(unasked.length === 0 ? [] : [`- ${title} was not put to ${unasked.join(', ')}.`])
}
