import { existsSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { testNames } from '../../../../test-support/test-names.ts'
import { quickCounts } from '../../src/testing/index.ts'

const root = join(import.meta.dirname, '../../../..')
const contract = 'docs/contract.md'
const why = 'docs/why.md'
const read = (page: string): string => readFileSync(join(root, page), 'utf8')

describe('what the pages say is tested', () => {
  it.each([contract, why])('is the name of a test or of a case that is there: %s', async (page) => {
    expect(testLinks(read(page)).length).toBeGreaterThan(20)
    expect(await leadNowhere(read(page))).toEqual([])
  })

  it('is found wanting where a test, a suite or a case has another name, or its file is gone', async () => {
    const file = '../packages/counterfoil/test/docs/contract.test.ts'
    const cases = '../packages/counterfoil/src/testing'
    const links = [
      `[what the pages say is tested is the name of a test or of a case that is there: …](${file})`,
      `[is the name of a test or of a case that is there: …](${file})`,
      `[what the pages say is tested is something else](${file})`,
      '[anything](../packages/counterfoil/test/docs/gone.test.ts)',
      `[zombies: a guessed token, attempt or incarnation opens nothing](${cases}/contract/zombies.ts)`,
      `[zombies: a guessed token opens nothing](${cases}/contract/zombies.ts)`,
      `[a guessed token, attempt or incarnation opens nothing](${cases}/contract/zombies.ts)`,
      `[\`many-at-once\`](${cases}/http/cases/concurrent.ts)`,
      `[\`many-at-once\`](${cases}/http/cases/keys.ts)`,
    ]
    const [, suiteLeftOut, renamed, gone, , renamedCase, topicLeftOut, , inAnotherFile] = links
    expect(await leadNowhere(links.join(', '))).toEqual([
      suiteLeftOut,
      renamed,
      gone,
      renamedCase,
      topicLeftOut,
      inAnotherFile,
    ])
  })
})

describe('the page of the contract', () => {
  it('has each rule once, with what it prevents and a test that holds it', () => {
    const ids = rules().map(({ id }) => id)
    expect(ids).toEqual([...new Set(ids)])
    const wanting = rules().filter(
      ({ text }) =>
        !text.includes('\n- Prevents: ') || testLinks(text.split('\n- Held by: ')[1] ?? '').length === 0,
    )
    expect(wanting.map(({ id }) => id)).toEqual([])
  })
})

describe('the page of the demands', () => {
  const demands = sections(read(why), /^### (\d+)\. /m)

  it('has each of them, in order', () => {
    expect(demands.map(({ id }) => Number(id))).toEqual(Array.from({ length: 35 }, (_, at) => at + 1))
  })

  it('leads from each to a rule and a test, or says plainly that it is not yet answered', () => {
    const wanting = demands.filter(
      ({ text }) =>
        !text.includes('**Not yet') && !(/\(contract\.md#\w+\)/.test(text) && testLinks(text).length > 0),
    )
    expect(wanting.map(({ id }) => id)).toEqual([])
  })

  it('leads to rules that there are', () => {
    const linked = [...read(why).matchAll(/\(contract\.md#(\w+)\)/g)].map(([, id]) =>
      (id as string).toUpperCase(),
    )
    const known = rules().map(({ id }) => id)
    expect(linked.filter((id) => !known.includes(id))).toEqual([])
  })
})

interface Section {
  readonly id: string
  readonly text: string
}

function rules(): readonly Section[] {
  return sections(read(contract), /^### ([A-Z]\d+)$/m)
}

/** What stands below each heading that the pattern finds, up to the next heading of any kind. */
function sections(page: string, heading: RegExp): readonly Section[] {
  return page
    .split(/^(?=##+ )/m)
    .map((text) => ({ id: heading.exec(text)?.[1], text }))
    .filter((section): section is Section => section.id !== undefined)
}

interface TestLink {
  readonly link: string
  readonly name: string
  readonly file: string
}

/** A link into a file of tests or of cases says which of them it means; one to any other file doesn't. */
function testLinks(markdown: string): readonly TestLink[] {
  return [...markdown.matchAll(/\[((?:[^\]\\]|\\.)+)\]\(([^)\s]+\.ts)\)/g)]
    .map(([link, text, target]) => ({
      link,
      name: (text as string).replaceAll(/\\(.)/g, '$1').replaceAll('`', '').replaceAll(/\s+/g, ' '),
      file: posix.join('docs', target as string),
    }))
    .filter(({ file }) => /\/test\/|\.test\.ts$|\/testing\/(contract|http\/cases)\//.test(file))
}

async function leadNowhere(markdown: string): Promise<readonly string[]> {
  const missing: string[] = []
  for (const { link, name, file } of testLinks(markdown)) {
    if (!(await namesIn(file)).includes(name.replaceAll(/\d[\d,]*/g, '#'))) missing.push(link)
  }
  return missing
}

/** Numbers count for nothing: a longer run has the same cases with larger ones. */
async function namesIn(file: string): Promise<readonly string[]> {
  const path = join(root, file)
  if (!existsSync(path)) return []
  const names = file.includes('/src/testing/')
    ? await caseNames(path)
    : testNames(path, readFileSync(path, 'utf8'))
  return names.map((name) => name.replaceAll(/\s+/g, ' ').replaceAll(/\d[\d,]*/g, '#'))
}

interface Case {
  readonly topic: string
  readonly name: string
  /** Of a case over HTTP, by which it is linked. */
  readonly id?: string
}

/** Cases are data: what the file exports, or what a function that it exports makes of the counts. */
async function caseNames(path: string): Promise<readonly string[]> {
  const exported: Record<string, unknown> = await import(path)
  const cases = Object.values(exported).flatMap((value) =>
    Array.isArray(value)
      ? value
      : typeof value === 'function' && value.length === 1
        ? value(quickCounts)
        : [],
  )
  return cases.filter(isCase).map(({ topic, name, id }) => id ?? `${topic}: ${name}`)
}

function isCase(value: unknown): value is Case {
  return typeof value === 'object' && value !== null && 'topic' in value && 'run' in value
}
