import type { Spread } from './statistics.ts'

/** Columns as wide as their widest cell; those of numbers to the right, all others to the left. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = heads.map((head, index) => {
    const cells = rows.map((row) => row[index] ?? '')
    const width = Math.max(head.length, ...cells.map((cell) => cell.length))
    const numbers = cells.every((cell) => /^(-?\d|–?$)/.test(cell)) && cells.some((cell) => cell !== '')
    return (cell: string) => (numbers ? cell.padStart(width) : cell.padEnd(width))
  })
  const line = (cells: readonly string[]): string =>
    columns
      .map((aligned, index) => aligned(cells[index] ?? ''))
      .join('  ')
      .trimEnd()
  const rule = columns.map((aligned) => aligned('').replaceAll(' ', '─')).join('  ')
  return [line(heads), rule, ...rows.map(line)].join('\n')
}

/** With about three significant digits. */
export function number(value: number): string {
  const size = Math.abs(value)
  if (size >= 1000) return Math.round(value).toLocaleString('en')
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2)
}

/** The median, and beside it the least and the most. */
export function figures({ median, min, max }: Spread, unit = ''): [string, string] {
  return [`${number(median)}${unit}`, `(${number(min)}–${number(max)})`]
}
