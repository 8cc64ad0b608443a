import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { migrateTables } from 'counterfoil/postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgresDatabase, redisUrl, type TestDatabase } from '../../../../test-support/servers/index.ts'
import { designOf } from '../../src/design/design-of.ts'
import { answersText, changed, designText, kept } from './answers.ts'
import { blocksIn, sectionOf } from './blocks.ts'

const root = join(import.meta.dirname, '../../../..')
const source = '--conditions=@counterfoil/source'
const run = promisify(execFile)

const soak = process.env.COUNTERFOIL_SOAK === '1'

/** Designs that are kept, and some more, so that every shape of a module is there. */
const variants: Readonly<Record<string, () => string>> = {
  ...Object.fromEntries(kept.map((name) => [name, () => answersText(name)])),
  'order-in-sqlite': () =>
    changed('order-write', {
      'store.url': 'sqlite:orders.db',
      'store.hosts': 'one',
      'store.failover': undefined,
    }),
  'order-from-a-queue': () =>
    changed('order-write', {
      'operation.reached-by': 'queue',
      'retries.0.by': 'queue',
      'retries.0.redelivered-after': '30s',
      'retries.0.deliveries': '5',
    }),
  'mail-and-charge': () =>
    changed('tenant-provisioning', {
      'operation.promise': 'at-most-once',
      'effects.0.repeated': 'harmful',
      'store.failover': 'none',
      'store.append-only': 'always',
    }),
  'open-and-many': () =>
    changed('tenant-provisioning', { 'store.unreachable': 'run-anyway', 'operation.route': 'PUT /tenants' }),
  'kept-call': () =>
    changed('email-send', {
      'operation.promise': 'at-least-once',
      'effects.0.repeated': 'harmless',
      'failure.if-nobody-retries': 'finish-it',
    }),
  'key-in-the-body': () =>
    changed('card-charge', { 'key.found-in': '/id', 'proof.body': '{"id":"{key}","amount":1}' }),
}

let folder = ''
/** The name of each design's operation. */
const designs = new Map<string, string>()
/** What is reached over HTTP is proven there, and has no suite. */
const inSuites = kept.filter((name) => blocksIn(sectionOf(designText(name), '## 9.'), 'ts').length > 0)

beforeAll(async () => {
  // Not below a node_modules: Node runs no TypeScript there.
  folder = mkdtempSync(join(tmpdir(), 'counterfoil-designs-'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  for (const [name, answers] of Object.entries(variants)) {
    const made = await designOf(answers(), `${name}.yaml`)
    if (made.kind === 'refused') throw new Error(made.lines.join('\n'))
    const operation = /^# Design: (.*)$/m.exec(made.document)?.[1] ?? ''
    const [module = ''] = blocksIn(sectionOf(made.document, '## 10.'), 'ts')
    const [suite] = blocksIn(sectionOf(made.document, '## 9.'), 'ts')
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, `${operation}.ts`), module)
    if (suite !== undefined) writeFileSync(join(folder, name, `${operation}.test.ts`), suite)
    designs.set(name, operation)
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('keeps a suite in the design of everything that is not reached over HTTP', () => {
  expect(inSuites).toEqual(['email-send', 'order-write', 'queue-job'])
})

describe('the modules of the designs', () => {
  it('compile under strict as they stand', async () => {
    const config = {
      extends: join(root, 'tsconfig.json'),
      compilerOptions: { isolatedDeclarations: false, declaration: false },
      include: [join(folder, '*/*.ts')],
      exclude: [],
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const { stdout } = await run(process.execPath, [
      tsc,
      '--noEmit',
      '-p',
      join(folder, 'tsconfig.json'),
    ]).catch((error: { stdout: string }) => error)
    expect(stdout).toBe('')
  })

  const inTheirSuites = soak
    ? [...inSuites, 'order-from-a-queue', 'kept-call']
    : [...inSuites, 'order-in-sqlite']
  it.concurrent.each(inTheirSuites)('hold in the suite of the service: %s', async (name) => {
    const operation = designs.get(name)
    const database = await storeFor(name)
    const env = { ...process.env, RECEIPTS_URL: database.url, NODE_TEST_CONTEXT: undefined }
    const file = join(folder, name, `${operation}.test.ts`)
    const flags = [source, '--disable-warning=ExperimentalWarning', '--test', '--test-reporter=tap', file]
    const { stdout } = await run(process.execPath, flags, { cwd: join(folder, name), env }).catch(
      (error: { stdout: string }) => error,
    )
    await database.drop()
    expect(stdout).toContain('\n# fail 0\n')
    expect(stdout).toContain('\n# tests 4\n')
  })
})

/** A store of the kind that the design names, for this test alone. */
async function storeFor(name: string): Promise<TestDatabase> {
  const text = variants[name]?.() ?? ''
  const drop = async () => {}
  if (text.includes('url: sqlite:')) return { url: `sqlite:${join(folder, name, 'receipts.db')}`, drop }
  if (/url: '?redis:/.test(text))
    return { url: `${await redisUrl()}?prefix=design-${name}-${process.pid}:`, drop }
  const database = await postgresDatabase()
  await migrateTables(database.url)
  return database
}
