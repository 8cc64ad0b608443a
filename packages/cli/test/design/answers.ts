import { readdirSync, readFileSync } from 'node:fs'
import { type Document, parseDocument } from 'yaml'

const folder = new URL('../../../../docs/designs/', import.meta.url)

/** The operations that designs are kept of. */
export const kept: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.replace(/\.yaml$/, ''))

export function answersText(name: string): string {
  return readFileSync(new URL(`${name}.yaml`, folder), 'utf8')
}

export function designText(name: string): string {
  return readFileSync(new URL(`${name}.md`, folder), 'utf8')
}

/** Answers that fit, with some put otherwise: `undefined` takes one out. */
export function changed(name: string, changes: Readonly<Record<string, string | undefined>>): string {
  const document: Document = parseDocument(answersText(name))
  for (const [path, value] of Object.entries(changes)) {
    const steps = path.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step))
    if (value === undefined) document.deleteIn(steps)
    else document.setIn(steps, value)
  }
  return document.toString({ lineWidth: 0 })
}

/** The line on which an answer stands, from 1. */
export function lineOf(text: string, path: string): number {
  const lines = text.split('\n')
  let at = -1
  let seen = -1
  for (const step of path.split('.')) {
    if (/^\d+$/.test(step)) {
      while (seen < Number(step)) {
        at += 1
        if (/^ {2}- /.test(lines[at] ?? '')) seen += 1
      }
      at -= 1
    } else {
      const named = new RegExp(`^[ -]*${step}:`)
      do at += 1
      while (!named.test(lines[at] ?? named.source) && at < lines.length)
    }
  }
  return at + 1
}
