/** Numbers to the right, as in the text tables. */
export function markdownTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = heads.map((_, index) =>
    rows.every((row) => /^([≥≤<–-]? ?\d|–?$)/.test(row[index] ?? '')) ? '--:' : '---',
  )
  return [heads, rule, ...rows].map((cells) => `| ${cells.map(escaped).join(' | ')} |`).join('\n')
}

export function codeBlock(lines: readonly (readonly [what: string, which: string])[]): string {
  return ['```', ...lines.map(([what, which]) => `${what.padEnd(12)} ${which}`), '```'].join('\n')
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|')
}
