/** Blocks of a page, an empty line between each. */
export function page(...blocks: readonly string[]): string {
  return blocks.filter((block) => block !== '').join('\n\n')
}

export function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text.replace(/\n+$/, '')}\n\`\`\``
}

export function table(titles: readonly string[], rows: readonly (readonly string[])[], right = 0): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
  const rule = titles.map((_, at) => (at > 0 && at >= titles.length - right ? '--:' : '---'))
  return [line(titles), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n')
}

export function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n')
}

export function code(text: string): string {
  return `\`${text}\``
}

/** A sentence begins with a capital, whatever it was a part of. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
