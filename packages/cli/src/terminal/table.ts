import type { Output, Style } from '../io.ts'
import { fitted, widthOf } from './width.ts'

export interface Column<Row> {
  readonly title: string
  /** Already escaped. */
  readonly cell: (row: Row) => string
  readonly align?: 'right'
  readonly style?: (row: Row) => Style | undefined
  /** May be cut where the terminal is too narrow. */
  readonly shrinks?: true
}

const gap = '  '
const narrowest = 6

/**
 * Rows in aligned columns, page after page: a later page widens a column, and never narrows it. On a terminal it
 * is cut to fit; what is piped is never cut.
 */
export class Table<Row> {
  readonly #columns: readonly Column<Row>[]
  readonly #output: Output
  readonly #widths: number[]
  #headed = false

  constructor(columns: readonly Column<Row>[], output: Output) {
    this.#columns = columns
    this.#output = output
    this.#widths = columns.map(({ title }) => title.length)
  }

  text(rows: readonly Row[]): string {
    const cells = rows.map((row) => this.#columns.map(({ cell }) => cell(row)))
    for (const line of cells) {
      for (const [at, cell] of line.entries()) {
        this.#widths[at] = Math.max(this.#widths[at] ?? 0, widthOf(cell))
      }
    }
    const widths = this.#fittingWidths()
    const lines = cells.map((line, row) => this.#line(line, widths, (at) => this.#styleOf(at, rows[row])))
    if (!this.#headed) {
      lines.unshift(
        this.#line(
          this.#columns.map(({ title }) => title),
          widths,
          () => 'bold',
        ),
      )
      this.#headed = true
    }
    return `${lines.join('\n')}\n`
  }

  #line(
    cells: readonly string[],
    widths: readonly number[],
    styleAt: (at: number) => Style | undefined,
  ): string {
    return cells
      .map((cell, at) => {
        const width = widths[at] ?? 0
        const text = fitted(cell, width)
        const style = text === '' ? undefined : styleAt(at)
        const shown = style === undefined ? text : this.#output.style(style, text)
        const room = ' '.repeat(Math.max(0, width - widthOf(text)))
        if (this.#columns[at]?.align === 'right') return room + shown
        return at === cells.length - 1 ? shown : shown + room
      })
      .join(gap)
      .trimEnd()
  }

  #styleOf(at: number, row: Row | undefined): Style | undefined {
    return row === undefined ? undefined : this.#columns[at]?.style?.(row)
  }

  #fittingWidths(): readonly number[] {
    const widths = [...this.#widths]
    const available = this.#output.columns
    if (available === undefined) return widths
    const total = () => widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1))
    for (let excess = total() - available; excess > 0; excess = total() - available) {
      const widest = this.#widestShrinkable(widths)
      if (widest === undefined) break
      widths[widest] = (widths[widest] ?? 0) - 1
    }
    return widths
  }

  #widestShrinkable(widths: readonly number[]): number | undefined {
    let widest: number | undefined
    for (const [at, column] of this.#columns.entries()) {
      const width = widths[at] ?? 0
      if (!column.shrinks || width <= narrowest) continue
      if (widest === undefined || width > (widths[widest] ?? 0)) widest = at
    }
    return widest
  }
}
