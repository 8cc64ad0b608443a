import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'

/** Source texts by their path below `src`, with forward slashes. */
export type Sources = ReadonlyMap<string, string>

export interface Import {
  readonly from: string
  /** As written; `null` where it is computed, so that nobody can tell what is loaded. */
  readonly specifier: string | null
  /** `static` covers type imports and re-exports too; `path` is a `new URL('…', import.meta.url)`, as workers are started. */
  readonly kind: 'static' | 'dynamic' | 'path'
  /** The names taken, or `null` where all of them are. */
  readonly names: readonly string[] | null
}

export interface SourceFacts {
  readonly imports: readonly Import[]
  /** The expressions in which a file reaches for time, randomness or the process, e.g. `Date.now`. */
  readonly ambient: readonly string[]
}

export function readSources(folder: string): Sources {
  const sources = new Map<string, string>()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.[cm]?[jt]s$/.test(entry.name) || entry.name.endsWith('.test.ts')) continue
    const path = join(entry.parentPath, entry.name)
    sources.set(
      path.slice(folder.length).replaceAll('\\', '/').replace(/^\//, ''),
      readFileSync(path, 'utf8'),
    )
  }
  return sources
}

export function factsOf(path: string, text: string): SourceFacts {
  const { program, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`)
  const imports: Import[] = []
  const ambient: string[] = []
  visit(program as unknown as Node, (node) => {
    const found = importOf(path, node)
    if (found !== undefined) imports.push(found)
    const reached = ambientOf(node)
    if (reached !== undefined) ambient.push(reached)
  })
  return { imports, ambient }
}

interface Node {
  readonly type: string
  readonly [member: string]: unknown
}

function importOf(from: string, node: Node): Import | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration': {
      if (!isNode(node.source)) return undefined
      const specifiers = node.specifiers as readonly Node[]
      const names = specifiers.map(
        (specifier) =>
          nameOf(specifier.type === 'ExportSpecifier' ? specifier.local : specifier.imported) ?? '*',
      )
      return {
        from,
        specifier: textOf(node.source),
        kind: 'static',
        names: names.includes('*') ? null : names,
      }
    }
    case 'ExportAllDeclaration':
    case 'TSImportType':
      return { from, specifier: textOf(node.source), kind: 'static', names: null }
    case 'TSExternalModuleReference':
      return { from, specifier: textOf(node.expression), kind: 'static', names: null }
    case 'ImportExpression':
      return { from, specifier: textOf(node.source), kind: 'dynamic', names: null }
    case 'CallExpression':
      if (nameOf(node.callee) !== 'require') return undefined
      return { from, specifier: textOf((node.arguments as Node[])[0]), kind: 'dynamic', names: null }
    case 'NewExpression': {
      const [path, base] = node.arguments as readonly Node[]
      if (nameOf(node.callee) !== 'URL' || base === undefined || !isImportMetaUrl(base)) return undefined
      return { from, specifier: textOf(path), kind: 'path', names: null }
    }
    default:
      return undefined
  }
}

const ambientMembers = new Set(['Date.now', 'Math.random', 'performance.now'])
const ambientNames = new Set([
  'clearInterval',
  'clearTimeout',
  'console',
  'crypto',
  'fetch',
  'performance',
  'process',
  'setImmediate',
  'setInterval',
  'setTimeout',
])

function ambientOf(node: Node): string | undefined {
  if (node.type === 'NewExpression' && nameOf(node.callee) === 'Date') return 'new Date'
  if (node.type === 'CallExpression' && nameOf(node.callee) === 'Date') return 'Date()'
  if (node.type === 'MemberExpression') {
    const object = nameOf(node.object)
    const property = nameOf(node.property) ?? textOf(node.property)
    if (object === 'globalThis') return `globalThis.${property ?? '…'}`
    const member = `${object}.${property}`
    return ambientMembers.has(member) ? member : undefined
  }
  if (node.type === 'Identifier' && ambientNames.has(String(node.name))) return String(node.name)
  return undefined
}

/** Names that stand for themselves and reach for nothing: `holder.process`, `{ process: 1 }`, a type's member. */
function namesAMember(parent: Node, member: string): boolean {
  return (member === 'property' || member === 'key') && parent.computed !== true && parent.shorthand !== true
}

function visit(node: Node, look: (node: Node) => void): void {
  look(node)
  for (const [member, value] of Object.entries(node)) {
    if (namesAMember(node, member)) continue
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child, look)
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

function nameOf(node: unknown): string | undefined {
  return isNode(node) && node.type === 'Identifier' ? String(node.name) : undefined
}

function textOf(node: unknown): string | null {
  if (!isNode(node)) return null
  if (node.type === 'TSLiteralType') return textOf(node.literal)
  return node.type === 'Literal' && typeof node.value === 'string' ? node.value : null
}

function isImportMetaUrl(node: Node): boolean {
  return node.type === 'MemberExpression' && isNode(node.object) && node.object.type === 'MetaProperty'
}
