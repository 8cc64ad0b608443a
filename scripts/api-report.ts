/**
 * Keeps the public surface of the library written down: one page below `api/` for each subpath, with the declarations
 * that a user can reach and no others. Fails when a page is stale; `npm run api -- --update` writes the pages.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'tsdown'

const root = join(import.meta.dirname, '..')
const library = join(root, 'packages/counterfoil')
const pages = join(root, 'api')

const wanted = await reports()
const kept = new Map(
  readdirSync(pages, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => [name, readFileSync(join(pages, name), 'utf8')]),
)
const stale = [...new Set([...wanted.keys(), ...kept.keys()])].filter(
  (name) => wanted.get(name) !== kept.get(name),
)

if (process.argv.includes('--update')) {
  for (const name of stale) {
    const page = wanted.get(name)
    if (page === undefined) rmSync(join(pages, name))
    else writeFileSync(join(pages, name), page)
  }
  console.log(stale.length === 0 ? 'api: nothing changed' : `api: wrote ${stale.join(', ')}`)
} else if (stale.length > 0) {
  console.error(`api: the exports changed and ${stale.map((name) => `api/${name}`).join(', ')} did not.`)
  console.error(
    'Read the change with `npm run api -- --update && git diff api`, and commit it if it is meant.',
  )
  process.exitCode = 1
} else {
  console.log(`api: ${wanted.size} pages, none stale`)
}

async function reports(): Promise<Map<string, string>> {
  const { exports } = JSON.parse(readFileSync(join(library, 'package.json'), 'utf8'))
  const out = mkdtempSync(join(tmpdir(), 'counterfoil-api-'))
  const found = new Map<string, string>()
  try {
    for (const [subpath, target] of Object.entries<Record<string, string>>(exports)) {
      const source = target['@counterfoil/source']
      if (source === undefined) continue
      const name = subpath === '.' ? 'index' : subpath.slice(2).replaceAll('/', '-')
      // One build for each subpath, so that each page is whole: two entries together would share a chunk.
      await build({
        config: false,
        cwd: library,
        entry: { [name]: source },
        format: 'esm',
        platform: 'node',
        outDir: out,
        clean: false,
        fixedExtension: true,
        dts: { oxc: {}, emitDtsOnly: true, sourcemap: false },
        logLevel: 'error',
      })
      const declarations = readFileSync(join(out, `${name}.d.mts`), 'utf8').replace(/^\/\/#.*\n/gm, '')
      found.set(
        `${name}.md`,
        `# counterfoil${subpath.slice(1)}\n\n\`\`\`ts\n${declarations.trim()}\n\`\`\`\n`,
      )
    }
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
  return found
}
