import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describeStore, stateDiagram } from 'counterfoil'
import { describe, expect, it } from 'vitest'
import { parseDocument } from 'yaml'
import { designOf } from '../../src/design/design-of.ts'
import { answersText, changed, designText, kept } from './answers.ts'
import { blocksIn, sectionOf } from './blocks.ts'

const sections = [
  '1. Key contract',
  '2. Receipt schema',
  '3. The atomic claim',
  '4. States',
  '5. Concurrent retries',
  '6. Result capture',
  '7. Failure semantics',
  '8. Cleanup and consistency',
  '9. Concurrency test plan',
  '10. Configuration',
]

async function made(text: string): Promise<string> {
  const design = await designOf(text, 'answers.yaml')
  if (design.kind === 'refused') throw new Error(design.lines.join('\n'))
  return design.document
}

describe.each(kept)('the design of %s', (name) => {
  const page = designText(name)

  it('is what its answers make', async () => {
    expect(await designOf(answersText(name), `${name}.yaml`)).toEqual({ kind: 'made', document: page })
  })

  it('has all ten sections', () => {
    expect(page.match(/^## .*$/gm)?.map((line) => line.slice(3))).toEqual(sections)
  })

  it('opens with what is not promised', () => {
    expect(page.split('\n## ')[0]).toMatch(/^\*\*Not promised\.\*\* /m)
  })

  it('has the layout and the claim of its store as they run, and the states as they are', async () => {
    const url = String(parseDocument(answersText(name)).getIn(['store', 'url']))
    const { schema, claim } = await describeStore(url)
    expect(sectionOf(page, '## 2.')).toContain(schema)
    expect(sectionOf(page, '## 3.')).toContain(claim.trimEnd())
    expect(blocksIn(sectionOf(page, '## 4.'), 'mermaid')).toEqual([`${stateDiagram()}\n`])
  })
})

describe('what is decided', () => {
  it.each([
    ['card-charge', 'at-most-once', 'can be asked by the derived key'],
    ['tenant-provisioning', 'at-least-once', 'changes nothing'],
    ['order-write', 'transactional', 'commit together'],
    ['email-send', 'at-most-once', 'a stop does less'],
    ['webhook-intake', 'at-least-once', 'changes nothing'],
    ['queue-job', 'at-least-once', 'deduplicates by the derived key for 30d'],
  ])('for %s is %s, with the reason, and why not the others', (name, guarantee, because) => {
    const failure = sectionOf(designText(name), '## 7.')
    expect(failure).toContain(`Chosen: **${guarantee}**.`)
    expect(failure).toContain(because)
    const others = ['transactional', 'at-most-once', 'at-least-once'].filter((of) => of !== guarantee)
    for (const other of others) expect(failure).toMatch(new RegExp(`^- \\*\\*${other}\\*\\*: \\S.*\\.$`, 'm'))
  })

  it('puts every situation to the claim under the policies chosen', () => {
    const claim = (name: string) => sectionOf(designText(name), '## 3.')
    const abandoned = '| in progress, lease lapsed (abandoned) | a retry |'
    expect(claim('email-send')).toContain(`${abandoned} **abandoned**: held`)
    expect(claim('queue-job')).toContain(`${abandoned} **claimed**, attempt 2`)
    expect(claim('card-charge')).toContain('| a retry that can recover | **claimed**, attempt 2, to recover')
    expect(claim('order-write')).not.toContain('in progress, lease')
  })

  it('is sized: rows, bytes and what is swept, each from the answers', async () => {
    const cleanup = sectionOf(await made(changed('card-charge', { 'store.room': '20gb' })), '## 8.')
    expect(cleanup).toContain('| receipts with an outcome | 1,728,000 | 20/s × 1d |')
    expect(cleanup).toContain('| tombstones: the key alone | 10,368,000 | 20/s × 6d |')
    expect(cleanup).toContain('% of the 20.0 GiB that there are |')
    expect(cleanup).toContain('Swept: 40 a second')
    expect(cleanup).toContain('one process keeps up')
    const busy = { 'load.per-second': '2000', 'load.peak-per-second': '2000', 'store.room': '90000gb' }
    expect(sectionOf(await made(changed('card-charge', busy)), '## 8.')).toContain(
      'it takes 3 processes to keep up',
    )
  })

  it('lets the lease end before a message is delivered again', () => {
    expect(designText('queue-job')).toContain(`lease: '20s'`)
  })
})

describe('the designs that are kept', () => {
  it('are in step, says the script', async () => {
    const script = fileURLToPath(new URL('../../../../scripts/designs.ts', import.meta.url))
    const flags = ['--conditions=@counterfoil/source', script]
    const { stdout } = await promisify(execFile)(process.execPath, flags)
    expect(stdout.trim().split('\n')).toEqual(
      kept.map((name) => `designs: docs/designs/${name}.md is up to date`),
    )
  })
})
