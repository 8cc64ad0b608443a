/** The fenced blocks of one language in a page, in their order. */
export function blocksIn(markdown: string, language: string): readonly string[] {
  return [...markdown.matchAll(/^```(\S+)\n(.*?)^```$/gms)].flatMap(([, of, text]) =>
    of === language && text !== undefined ? [text] : [],
  )
}

/** Those under the heading that begins so. */
export function sectionOf(markdown: string, heading: string): string {
  const [, after = ''] = markdown.split(`\n${heading}`)
  return after.split(/\n## /)[0] ?? ''
}
