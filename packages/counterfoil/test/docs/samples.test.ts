import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, it, onTestFinished } from 'vitest'
import { postgresDatabase, redisUrl } from '../../../../test-support/servers/index.ts'

const root = join(import.meta.dirname, '../../../..')

/** Every page whose code a reader may copy. */
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

interface Sample {
  readonly page: string
  readonly code: string
  /** What the page says that it prints: the text block that follows it. */
  readonly prints: string
}

const samples = pages.flatMap((page) => samplesOf(page, readFileSync(join(root, page), 'utf8')))

it('finds the samples of the README', () => {
  expect(samples.filter(({ page }) => page === 'README.md').length).toBeGreaterThanOrEqual(2)
})

it.each(samples)('prints what $page says: $prints', async ({ code, prints }) => {
  expect(await run(code, code.includes('process.env.') ? await servers() : {})).toBe(prints)
})

async function servers(): Promise<Record<string, string>> {
  const database = await postgresDatabase()
  onTestFinished(() => database.drop())
  return { DATABASE_URL: database.url, REDIS_URL: await redisUrl() }
}

function samplesOf(page: string, markdown: string): Sample[] {
  return [...markdown.matchAll(/^```ts\n(.*?)^```\n\n^```text\n(.*?)^```/gms)].map(([, code, prints]) => ({
    page,
    code: code as string,
    prints: prints as string,
  }))
}

it('leaves no sample without what it prints', () => {
  const all = pages.flatMap((page) => readFileSync(join(root, page), 'utf8').match(/^```ts$/gm) ?? [])
  expect(all.length).toBe(samples.length)
})

/** In a folder of its own below the workspace, so that `import 'counterfoil'` is found and files it makes are gone. */
async function run(code: string, environment: Readonly<Record<string, string>>): Promise<string> {
  mkdirSync(join(root, 'node_modules/.cache'), { recursive: true })
  const folder = mkdtempSync(join(root, 'node_modules/.cache/sample-'))
  try {
    const flags = ['--conditions=@counterfoil/source', '--input-type=module-typescript', '-']
    const env = { ...process.env, ...environment }
    const child = spawn(process.execPath, flags, { cwd: folder, env, stdio: ['pipe', 'pipe', 'pipe'] })
    child.stdin.end(code)
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
    return out + err
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
