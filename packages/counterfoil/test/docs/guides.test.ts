import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../../..')

/** Made by a command: what a run found, or what the code says. */
const reports = ['BENCHMARKS.md', 'cli.md', 'http-conformance.md', 'proofs.md']

const guides = [
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md') && !reports.includes(name))
    .map((name) => `docs/${name}`),
  ...readdirSync(join(root, 'packages/counterfoil/src/stores'))
    .filter((name) => name !== 'memory')
    .map((name) => `packages/counterfoil/src/stores/${name}/README.md`),
]

it.each(guides)('%s opens with what is not promised', (guide) => {
  const [opening] = readFileSync(join(root, guide), 'utf8').split(/^## /m)
  expect(opening).toMatch(/^\*\*Not promised\.\*\* ./m)
})
