import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { PrismaPg } from '@prisma/adapter-pg'
import { afterAll, onTestFinished } from 'vitest'
import { postgresStore, prismaTransactions } from '../../src/stores/postgres/index.ts'
import { groundOf, type PostgresGround, prepare } from './postgres-ground.ts'

/** What a generated client is, as far as it is used here. */
interface Prisma {
  $transaction<R>(
    run: (tx: PrismaTx) => Promise<R>,
    options?: { readonly timeout?: number; readonly maxWait?: number },
  ): Promise<R>
  $disconnect(): Promise<void>
}

interface PrismaTx {
  $queryRawUnsafe(text: string, ...values: unknown[]): Promise<unknown>
  readonly effects: { create(of: { readonly data: { readonly key: string } }): Promise<unknown> }
}

type PrismaClient = new (options: { readonly adapter: PrismaPg }) => Prisma

const SCHEMA = `
generator client {
  provider = "prisma-client"
  output   = "./client"
}

datasource db {
  provider = "postgresql"
}

model effects {
  key String @id
}
`

let generated: Promise<PrismaClient> | undefined

/** A client of a schema of its own, generated offline, below node_modules so that it finds Prisma's runtime. */
function generatedClient(): Promise<PrismaClient> {
  generated ??= generate()
  return generated
}

async function generate(): Promise<PrismaClient> {
  const require = createRequire(import.meta.url)
  const prisma = dirname(require.resolve('prisma/package.json'))
  const cache = join(dirname(prisma), '.cache')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'prisma-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'schema.prisma'), SCHEMA)
  // No engine is needed to generate, and none is downloaded.
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true', CHECKPOINT_DISABLE: '1' }
  const cli = join(prisma, 'build/index.js')
  execFileSync(process.execPath, [cli, 'generate', '--schema', 'schema.prisma'], {
    cwd: folder,
    env,
    stdio: 'pipe',
  })
  const { PrismaClient } = await import(pathToFileURL(join(folder, 'client/client.ts')).href)
  return PrismaClient
}

export async function prismaGround(url: string): Promise<PostgresGround<PrismaTx>> {
  const { schema, pool } = await prepare(url)
  const Client = await generatedClient()
  const adapter = new PrismaPg({ connectionString: url, options: `-c search_path=${schema}` }, { schema })
  const prisma = new Client({ adapter })
  onTestFinished(() => prisma.$disconnect())
  const transactions = prismaTransactions(prisma, { timeout: 30_000 })
  return groundOf(url, schema, pool, {
    openStore: () => postgresStore(pool, { schema, transactions }),
    transaction: (run) => prisma.$transaction(run, { timeout: 30_000 }),
    enter: (tx, key) => tx.effects.create({ data: { key } }),
    exec: (tx, text) => tx.$queryRawUnsafe(text),
  })
}
