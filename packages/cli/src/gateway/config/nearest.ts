/** The name that was meant, if one is near: two slips at most. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const [best] = names.map((of) => [slips(name, of), of] as const).sort(([one], [other]) => one - other)
  return best && best[0] <= 2 ? best[1] : undefined
}

/** Letters put in, left out or changed (Levenshtein). */
function slips(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1]
    for (let j = 0; j < other.length; j += 1) {
      const change = (row[j] as number) + (letter === other[j] ? 0 : 1)
      next.push(Math.min(change, (row[j + 1] as number) + 1, (next[j] as number) + 1))
    }
    row = next
  }
  return row.at(-1) as number
}
