import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { factsOf, type Import, readSources, type Sources } from '../../../test-support/source-imports.ts'

interface Layer {
  /** The layers that it imports, beside itself. */
  readonly imports: readonly string[]
  /** The layers that it loads by `import()` only. */
  readonly loads?: readonly string[]
  /** What it imports from outside the package; `node:*` is any builtin. */
  readonly packages: readonly string[]
  /** What it loads from outside the package by `import()` only: a driver, when it is asked for. */
  readonly loadsPackages?: readonly string[]
  /** The only names that it takes from a package. */
  readonly names?: Readonly<Record<string, readonly string[]>>
  /** Pure: neither time nor randomness nor the process. */
  readonly pure?: true
}

/** A folder or file below `src`; `*` stands for one name. What is in no row may not exist. */
const library: Readonly<Record<string, Layer>> = {
  core: {
    imports: [],
    packages: ['node:crypto', 'node:util'],
    names: { 'node:crypto': ['createHash', 'createHmac', 'hash', 'timingSafeEqual'], 'node:util': ['types'] },
    pure: true,
  },
  engine: { imports: ['core'], packages: ['node:*'] },
  'stores/postgres': { imports: ['core'], packages: ['node:*'], loadsPackages: ['pg'] },
  'stores/redis': { imports: ['core'], packages: ['node:*'], loadsPackages: ['redis'] },
  'stores/*': { imports: ['core'], packages: ['node:*'] },
  http: { imports: ['engine', 'core'], packages: ['node:*', 'express', 'fastify', 'hono'] },
  testing: { imports: ['engine', 'core'], packages: ['node:*'] },
  'store-url.ts': { imports: ['core'], packages: [] },
  'open.ts': {
    imports: ['core', 'store-url.ts'],
    loads: ['stores/*', 'stores/postgres', 'stores/redis'],
    packages: ['node:*'],
  },
  'apart.ts': {
    imports: ['core', 'store-url.ts'],
    loads: ['stores/*', 'stores/postgres', 'stores/redis'],
    packages: ['node:*'],
  },
  'index.ts': { imports: ['core', 'engine', 'open.ts', 'apart.ts'], packages: [] },
}

const command: Readonly<Record<string, Layer>> = {
  '**': {
    imports: [],
    packages: [
      'node:*',
      '@clack/prompts',
      'commander',
      'counterfoil',
      'counterfoil/node',
      'counterfoil/postgres',
      'counterfoil/testing',
      'undici',
      'yaml',
    ],
    // `prove` counts effects in the service's own database, which is asked by a query and not through a store.
    loadsPackages: ['pg'],
  },
}

describe('import directions', () => {
  it('are kept by every source file of the library', () => {
    const sources = readSources(fileURLToPath(new URL('../src', import.meta.url)))
    expect(sources.size).toBeGreaterThan(0)
    expect(violations(sources, library)).toEqual([])
  })

  it('are kept by every source file of the command', () => {
    const sources = readSources(fileURLToPath(new URL('../../cli/src', import.meta.url)))
    expect(sources.size).toBeGreaterThan(0)
    expect(violations(sources, command)).toEqual([])
  })
})

/** What the checker must find: one planted file each, beside a tree that keeps the directions. */
const planted: readonly (readonly [what: string, path: string, text: string, finding: string])[] = [
  [
    'core imports engine',
    'core/x.ts',
    `import { once } from '../engine/once.ts'`,
    'core/x.ts → engine/once.ts',
  ],
  [
    'core imports a type',
    'core/x.ts',
    `import type { Once } from '../engine/once.ts'`,
    'core/x.ts → engine/once.ts',
  ],
  [
    'core names a type',
    'core/x.ts',
    `export type X = import('../engine/once.ts').Once`,
    'core/x.ts → engine/once.ts',
  ],
  ['core re-exports', 'core/x.ts', `export * from '../engine/once.ts'`, 'core/x.ts → engine/once.ts'],
  [
    'core re-exports a name',
    'core/x.ts',
    `export { once } from '../engine/once.ts'`,
    'core/x.ts → engine/once.ts',
  ],
  ['core loads', 'core/x.ts', `await import('../engine/once.ts')`, 'core/x.ts → engine/once.ts'],
  [
    'core imports itself by its package',
    'core/x.ts',
    `import 'counterfoil/sqlite'`,
    'core/x.ts → counterfoil/sqlite',
  ],
  ['core reads files', 'core/x.ts', `import { readFileSync } from 'node:fs'`, 'core/x.ts → node:fs'],
  [
    'core draws tokens',
    'core/x.ts',
    `import { randomBytes } from 'node:crypto'`,
    'core/x.ts → node:crypto randomBytes',
  ],
  [
    'core takes all of crypto',
    'core/x.ts',
    `import * as all from 'node:crypto'`,
    'core/x.ts → node:crypto *',
  ],
  ['core takes crypto by default', 'core/x.ts', `import all from 'node:crypto'`, 'core/x.ts → node:crypto *'],
  ['core requires', 'core/x.ts', `const all = require('node:os')`, 'core/x.ts → node:os'],
  ['core asks the time', 'core/x.ts', `export const now = () => Date.now()`, 'core/x.ts uses Date.now'],
  ['core makes a date', 'core/x.ts', `export const now = () => new Date()`, 'core/x.ts uses new Date'],
  [
    'core draws a number',
    'core/x.ts',
    `export const draw = () => Math['random']()`,
    'core/x.ts uses Math.random',
  ],
  ['core waits', 'core/x.ts', `setTimeout(() => {}, 1)`, 'core/x.ts uses setTimeout'],
  [
    'core measures',
    'core/x.ts',
    `export const t = () => performance.now()`,
    'core/x.ts uses performance.now',
  ],
  ['core reads the environment', 'core/x.ts', `export const e = () => process.env`, 'core/x.ts uses process'],
  [
    'core hides behind globalThis',
    'core/x.ts',
    `export const e = globalThis.process`,
    'core/x.ts uses globalThis.process',
  ],
  [
    'a store imports its driver before it is asked for',
    'stores/redis/x.ts',
    `import { createClient } from 'redis'`,
    'stores/redis/x.ts → redis',
  ],
  [
    'engine imports a store',
    'engine/x.ts',
    `import '../stores/memory/store.ts'`,
    'engine/x.ts → stores/memory/store.ts',
  ],
  ['engine loads a driver', 'engine/x.ts', `await import('pg')`, 'engine/x.ts → pg'],
  [
    'a store imports another',
    'stores/sqlite/x.ts',
    `import '../memory/store.ts'`,
    'stores/sqlite/x.ts → stores/memory/store.ts',
  ],
  [
    'a store imports the engine',
    'stores/sqlite/x.ts',
    `import '../../engine/once.ts'`,
    'stores/sqlite/x.ts → engine/once.ts',
  ],
  [
    'a store starts another',
    'stores/sqlite/x.ts',
    `new URL('../memory/store.ts', import.meta.url)`,
    'stores/sqlite/x.ts → stores/memory/store.ts',
  ],
  [
    'testing imports a store',
    'testing/x.ts',
    `import '../stores/memory/store.ts'`,
    'testing/x.ts → stores/memory/store.ts',
  ],
  [
    'open.ts imports a store',
    'open.ts',
    `import './stores/memory/store.ts'`,
    'open.ts → stores/memory/store.ts',
  ],
  [
    'index.ts loads a store',
    'index.ts',
    `await import('./stores/memory/store.ts')`,
    'index.ts → stores/memory/store.ts',
  ],
  [
    'a file leaves the package',
    'engine/x.ts',
    `import '../../../cli/src/main.ts'`,
    'engine/x.ts → ../../cli/src/main.ts',
  ],
  ['a specifier is computed', 'open.ts', `const name = 'a'; await import(name)`, 'open.ts → computed'],
  ['a folder is new', 'plugins/x.ts', 'export {}', 'plugins/x.ts is in no layer'],
  [
    'two files import each other',
    'engine/once.ts',
    `import type { A } from './a.ts'`,
    'cycle: engine/a.ts → engine/once.ts → engine/a.ts',
  ],
  ['a file imports itself', 'engine/x.ts', `import './x.ts'`, 'cycle: engine/x.ts → engine/x.ts'],
]

const clean: Sources = new Map([
  ['core/claim.ts', `import { hash } from 'node:crypto'\nexport const claim = { process: hash }.process`],
  ['engine/once.ts', `import { claim } from '../core/claim.ts'\nexport const now = () => Date.now()`],
  ['engine/a.ts', `import { once } from './once.ts'`],
  ['stores/memory/store.ts', `import { claim } from '../../core/claim.ts'`],
  ['stores/sqlite/worker.ts', `import { DatabaseSync } from 'node:sqlite'`],
  ['stores/sqlite/store.ts', `new Worker(new URL('./worker.ts', import.meta.url))`],
  ['open.ts', `export const open = () => import('./stores/memory/store.ts')`],
  ['index.ts', `export * from './open.ts'\nexport { once } from './engine/once.ts'`],
])

describe('the direction checker', () => {
  it('finds nothing where the directions are kept', () => {
    expect(violations(clean, library)).toEqual([])
  })

  it.each(planted)('finds it when %s', (_what, path, text, finding) => {
    expect(violations(new Map([...clean, [path, text]]), library)).toContain(finding)
  })

  it('finds it when the command reaches into the library', () => {
    const sources = new Map([
      ['main.ts', `import '../../counterfoil/src/core/claim.ts'\nimport 'counterfoil/sqlite'`],
    ])
    expect(violations(sources, command)).toEqual([
      'main.ts → ../../counterfoil/src/core/claim.ts',
      'main.ts → counterfoil/sqlite',
    ])
  })
})

function violations(sources: Sources, layers: Readonly<Record<string, Layer>>): string[] {
  const found = new Set<string>()
  const edges = new Map<string, string[]>()
  for (const [path, text] of sources) {
    const own = layerOf(path, layers)
    const layer = own === undefined ? undefined : layers[own]
    if (own === undefined || layer === undefined) {
      found.add(`${path} is in no layer`)
      continue
    }
    const { imports, ambient } = factsOf(path, text)
    if (layer.pure) for (const use of ambient) found.add(`${path} uses ${use}`)
    edges.set(path, [])
    for (const item of imports) {
      const target = targetOf(item)
      if (item.kind !== 'path' && sources.has(target)) edges.get(path)?.push(target)
      for (const finding of judge(item, target, own, layer, layers)) found.add(`${path} → ${finding}`)
    }
  }
  for (const cycle of cycles(edges)) found.add(`cycle: ${cycle.join(' → ')}`)
  return [...found]
}

function targetOf({ from, specifier }: Import): string {
  if (specifier === null) return 'computed'
  return specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : specifier
}

function judge(
  item: Import,
  target: string,
  own: string,
  layer: Layer,
  layers: Readonly<Record<string, Layer>>,
): string[] {
  if (item.specifier === null) return [target]
  if (!item.specifier.startsWith('.')) return judgePackage(item, target, layer)
  if (target.startsWith('../')) return [target]
  if (instanceOf(target, own) === instanceOf(item.from, own)) return []
  const theirs = layerOf(target, layers)
  const allowed = [...layer.imports, ...(item.kind === 'dynamic' ? (layer.loads ?? []) : [])]
  return theirs !== undefined && theirs !== own && allowed.includes(theirs) ? [] : [target]
}

function judgePackage(item: Import, target: string, layer: Layer): string[] {
  const builtin = target.startsWith('node:') && layer.packages.includes('node:*')
  const loaded = item.kind === 'dynamic' && layer.loadsPackages?.includes(target)
  if (!builtin && !loaded && !layer.packages.includes(target)) return [target]
  const allowed = layer.names?.[target]
  if (allowed === undefined) return []
  return (item.names ?? ['*']).filter((name) => !allowed.includes(name)).map((name) => `${target} ${name}`)
}

function layerOf(path: string, layers: Readonly<Record<string, Layer>>): string | undefined {
  return Object.keys(layers).find((pattern) => instanceOf(path, pattern) !== undefined)
}

/** The folder or file that the pattern stands for on this path: `stores/*` on `stores/sqlite/x.ts` is `stores/sqlite`. */
function instanceOf(path: string, pattern: string): string | undefined {
  if (pattern === '**') return ''
  const parts = path.split('/')
  const wanted = pattern.split('/')
  const matches = wanted.every(
    (part, index) => parts[index] !== undefined && (part === '*' || part === parts[index]),
  )
  return matches ? parts.slice(0, wanted.length).join('/') : undefined
}

/** One cycle through each edge that closes one, from the file that comes first in the alphabet. */
function cycles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const found = new Map<string, string[]>()
  const done = new Set<string>()
  const walk = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start >= 0) {
      const loop = trail.slice(start)
      const first = loop.indexOf(loop.toSorted()[0] ?? path)
      const turned = [...loop.slice(first), ...loop.slice(0, first)]
      found.set(turned.join(), [...turned, ...turned.slice(0, 1)])
      return
    }
    if (done.has(path)) return
    for (const target of edges.get(path) ?? []) walk(target, [...trail, path])
    done.add(path)
  }
  for (const path of edges.keys()) walk(path, [])
  return [...found.values()]
}
