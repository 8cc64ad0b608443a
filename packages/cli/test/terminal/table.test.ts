import { describe, expect, it } from 'vitest'
import { type Column, Table } from '../../src/terminal/table.ts'
import { fitted, widthOf } from '../../src/terminal/width.ts'
import { testIo } from '../support/test-io.ts'

const columns: readonly Column<readonly [string, string]>[] = [
  { title: 'NAME', cell: ([name]) => name, shrinks: true },
  { title: 'N', cell: ([, count]) => count, align: 'right' },
]

describe('a table', () => {
  it('aligns wide characters by the columns that they take', () => {
    const { stdout } = testIo()
    const text = new Table(columns, stdout).text([
      ['注文', '1'],
      ['order', '22'],
    ])
    expect(text).toBe('NAME    N\n注文    1\norder  22\n')
  })

  it('fits the terminal by cutting its widest column', () => {
    const { stdout } = testIo({ columns: 16 })
    const text = new Table(columns, stdout).text([['a-very-long-operation-name', '7']])
    expect(text).toBe('NAME           N\na-very-long-…  7\n')
    for (const line of text.trimEnd().split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(16)
  })

  it('is never cut where it is piped', () => {
    const { stdout } = testIo()
    expect(new Table(columns, stdout).text([['x'.repeat(500), '7']])).toContain('x'.repeat(500))
  })

  it('keeps one heading and its widths over several pages', () => {
    const { stdout } = testIo()
    const table = new Table(columns, stdout)
    expect(table.text([['a-long-name', '1']])).toBe('NAME         N\na-long-name  1\n')
    expect(table.text([['b', '2']])).toBe('b            2\n')
  })
})

it('a text is cut at whole characters', () => {
  expect(fitted('注文注文', 5)).toBe('注文…')
  expect(fitted('short', 5)).toBe('short')
})
