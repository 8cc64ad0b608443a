import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { countLines, invocationsOf } from './effects.ts'
import { ServiceProcess, type Start } from './service-process.ts'
import type { ServiceTerms } from './services/terms.ts'
import type { Target } from './targets.ts'

export interface RunningTarget {
  readonly origin: string
  readonly service: ServiceProcess
  countEffects(key: string): Promise<number>
  end(): Promise<void>
}

export interface Place {
  /** Empty; for this target alone. */
  readonly folder: string
  readonly redisUrl: string
  readonly leaseMs: number
  /** The first of eight that are free. */
  readonly port: number
}

/** A target with all that stands behind it. Its effects are counted in a file that no kill can hold back. */
export async function startTarget(
  target: Target,
  { folder, redisUrl, leaseMs, port }: Place,
): Promise<RunningTarget> {
  const files = join(folder, 'files')
  mkdirSync(files, { recursive: true })
  const ledger = join(folder, 'ledger')
  writeFileSync(ledger, '')
  const terms: ServiceTerms = { port, ledger, folder: files, redisUrl, leaseMs, variant: target.variant }
  const behind: ServiceProcess[] = []
  if (target.service === 'gateway')
    behind.push(await ServiceProcess.start(program('upstream', { ...terms, port: port + 1 })))
  const start = target.service === 'gateway' ? gateway(terms, port + 1) : program(target.service, terms)
  const service = await ServiceProcess.start(start)
  return {
    origin: `http://127.0.0.1:${port}`,
    service,
    countEffects: async (key) =>
      countLines(ledger, target.service === 'restate' ? await invocationsOf(key, port + 1) : [key]),
    end: async () => void (await Promise.all([service, ...behind].map((one) => one.end()))),
  }
}

function program(service: string, terms: ServiceTerms): Start {
  const path = fileURLToPath(new URL(`./services/${service}.ts`, import.meta.url))
  return {
    args: [path, JSON.stringify(terms)],
    port: terms.port,
    ...(service === 'restate' && { says: true }),
  }
}

function gateway({ port, folder, leaseMs }: ServiceTerms, upstreamPort: number): Start {
  const command = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url))
  const flags = {
    upstream: `http://127.0.0.1:${upstreamPort}`,
    listen: `127.0.0.1:${port}`,
    store: `sqlite://${join(folder, 'receipts.db')}`,
    guarantee: 'at-most-once',
    'tenant-header': 'Authorization',
    lease: `${leaseMs}ms`,
    'max-request': '20000000',
  }
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value])
  return { args: [command, 'gateway', '--require-key', ...args], port }
}
