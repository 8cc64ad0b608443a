import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DOMParser, type Element, onErrorStopParsing } from '@xmldom/xmldom'
import { describe, expect, it } from 'vitest'
import type { Output } from '../../src/io.ts'
import { htmlReport } from '../../src/prove/report/html/page.ts'
import { proofJson } from '../../src/prove/report/report-json.ts'
import { junitReport } from '../../src/prove/report/report-junit.ts'
import { markdownReport } from '../../src/prove/report/report-markdown.ts'
import { textReport } from '../../src/prove/report/report-text.ts'
import { widthOf } from '../../src/terminal/width.ts'
import { allKinds, broken, held, notShown, proofOf, storm } from './hand-made.ts'
import { assertFollowsSchema } from './proof-schema.ts'

const hostile = proofOf([
  {
    ...broken,
    title: `<script>alert(1)</script> & "quotes" 'too' | pipes \u001b[2J`,
    answers: { ...broken.answers, statuses: [{ status: '<img src=x>', count: 1 }] },
    timeline: [{ startMs: 0, endMs: 1, caller: '<b>', role: 'ran', answer: '"><script>' }],
  },
])

describe('the text for a terminal', () => {
  it('says of each scenario what was found, how broken was seen, and what not shown needs', () => {
    const text = textReport(allKinds, terminal(100))
    expect(text).toContain('✓ held       concurrent')
    expect(text).toContain('✗ broken     conflict-in-flight')
    expect(text).toContain('? not shown  crash')
    expect(text).toContain('give --kill-cmd and --restart-cmd')
    expect(text).toContain('with 95 % confidence')
    expect(text).toContain('4,000 requests in 20 rounds; 201 × 3,988, 409 × 12; 2 distinct bodies;')
    expect(text).toMatch(/\+48 ms {2}process 1, connection 2 sent body B/)
    expect(text).toContain('effects  18 keys with 1 each, 2 keys with 2 each; wanted: 1 each')
    expect(text.trimEnd().split('\n').at(-1)).toBe('✗ broken: 1 broken, 1 not shown, 1 held')
  })

  it.each([40, 60, 80, 120])('fits into %i columns', (columns) => {
    const lines = textReport(allKinds, terminal(columns)).split('\n')
    expect(lines.filter((line) => widthOf(line) > columns)).toEqual([])
  })

  it('passes nothing on that a terminal would obey', () => {
    expect(textReport(hostile, terminal(80))).not.toContain('\u001b')
  })
})

describe('the JSON', () => {
  it('follows the published schema, also where nothing was found', () => {
    assertFollowsSchema(proofJson(allKinds))
    assertFollowsSchema(proofJson(proofOf([])))
  })

  it('breaks it, as the check must find, where a member is missing or unknown', () => {
    const { seed: _, ...less } = proofJson(allKinds)
    expect(() => assertFollowsSchema(less)).toThrow('seed')
    expect(() => assertFollowsSchema({ ...proofJson(allKinds), secret: 1 })).toThrow('secret')
  })

  it('has the verdict of the whole: a proof that shows nothing is not shown', () => {
    expect(proofJson(allKinds).verdict).toBe('broken')
    expect(proofJson(proofOf([held, notShown])).verdict).toBe('not_shown')
    expect(proofJson(proofOf([held])).verdict).toBe('held')
    expect(proofJson(proofOf([])).verdict).toBe('not_shown')
  })
})

describe('the JUnit report', () => {
  it('fails what is broken and skips what was not shown, with the reasons', () => {
    const suite = parsed(junitReport(allKinds))
    expect(['tests', 'failures', 'errors', 'skipped'].map((name) => suite.getAttribute(name))).toEqual([
      '3',
      '1',
      '0',
      '1',
    ])
    const [first, second, third] = [...suite.getElementsByTagName('testcase')]
    expect(childNames(first)).toEqual(['system-out'])
    expect(childNames(second)).toEqual(['failure', 'system-out'])
    expect(childNames(third)).toEqual(['skipped'])
    expect(second?.getElementsByTagName('failure')[0]?.textContent).toContain('2 effects were counted')
    expect(third?.getElementsByTagName('skipped')[0]?.getAttribute('message')).toContain('--kill-cmd')
  })

  it('stays XML whatever it tells', () => {
    const name = parsed(junitReport(hostile)).getElementsByTagName('testcase')[0]?.getAttribute('name')
    expect(name).toContain(`<script>alert(1)</script> & "quotes" 'too'`)
    expect(name).toContain('\\u{1b}')
  })
})

describe('the Markdown', () => {
  it('has a line for each scenario in its table, and what is broken first below', () => {
    const text = markdownReport(allKinds)
    expect(text.match(/^\| .*in \d+ rounds \|$/gm)).toHaveLength(3)
    expect([...text.matchAll(/^## (.*?):/gm)].map(([, title]) => title)).toEqual([
      '**✗ broken**',
      '**? not shown**',
      '✓ held',
    ])
  })

  it('is not broken out of by what it tells', () => {
    const text = markdownReport(hostile)
    expect(text).not.toMatch(/(?<!\\)<(script|img|b)/)
    expect(text).toContain('\\| pipes')
  })
})

describe('the page', () => {
  it('is one file: it loads nothing, runs nothing and forbids both', () => {
    const page = htmlReport(allKinds)
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|\ssrc=|\son\w+=|url\((?!#)/i)
    expect(parsedPage(page).getElementsByTagName('article')).toHaveLength(3)
  })

  it('stays a page whatever it tells', () => {
    const page = htmlReport(hostile)
    expect(page).not.toMatch(/<(script|img)[> ]/)
    expect(parsedPage(page).getElementsByTagName('script')).toHaveLength(0)
  })

  it('draws a bar for each call of a storm, says what each was, and numbers the evidence', () => {
    const drawn = htmlReport(proofOf([held]))
    expect(drawn.match(/<title>process/g)).toHaveLength(200)
    expect(drawn).toContain('waited, then replayed <b>')
    const marks = htmlReport(proofOf([broken])).match(/<text class="mark"[^>]*>([\d ]+)</g)
    expect(marks).toHaveLength(4)
  })

  it('draws no more of a storm of thousands than can be seen, and keeps what is rare', () => {
    const timeline = storm(8, 500)
    const page = htmlReport(proofOf([{ ...held, timeline }]))
    expect(page.match(/<title>process/g)?.length).toBeLessThanOrEqual(240)
    expect(page).toContain(': ran, ')
    expect(page).toMatch(/\d+ calls like those shown are left out/)
  })

  it('has no coordinate that is none', () => {
    expect(htmlReport(allKinds)).not.toMatch(/NaN|Infinity|undefined|\[object/)
  })
})

it('no two roles are drawn with fills of one lightness, nor in the dark', () => {
  const style = readFileSync(join(import.meta.dirname, '../../src/prove/report/html/style.ts'), 'utf8')
  const palettes = [...style.matchAll(/--ran: (#\w+); --replayed: (#\w+); --waited: (#\w+);/g)]
  expect(palettes).toHaveLength(3)
  for (const [, ...colours] of palettes) {
    const [a = 0, b = 0, c = 0] = colours.map(lightness).toSorted((x, y) => x - y)
    expect(Math.min(b - a, c - b)).toBeGreaterThan(15)
  }
})

/** L* of CIELAB: what is left of a colour on a grey print. */
function lightness(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b
  return 116 * Math.cbrt(luminance) - 16
}

function terminal(columns: number): Output {
  return { isTTY: true, columns, closed: false, write: async () => {}, style: (_style, text) => text }
}

function parsed(text: string, type: 'text/xml' | 'text/html' = 'text/xml'): Element {
  const root = new DOMParser({ onError: onErrorStopParsing }).parseFromString(text, type).documentElement
  if (root === null) throw new Error('there is no root element')
  return root
}

function parsedPage(text: string): Element {
  return parsed(text, 'text/html')
}

function childNames(element: Element | undefined): string[] {
  return [...(element?.childNodes ?? [])].map(({ nodeName }) => nodeName).filter((name) => name !== '#text')
}
