import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import type { HitPoint } from './dies-at.ts'

const main = join(import.meta.dirname, '../../src/main.ts')

export interface GatewayProcess {
  readonly port: number
  readonly child: ChildProcess
  readonly startLine: string
}

/** A file of receipts; gone with the test. */
export function newStore(): string {
  const folder = mkdtempSync(join(tmpdir(), 'counterfoil-gateway-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return `sqlite:${join(folder, 'receipts.db')}`
}

/** The command itself, in a process of its own. @param diesAt where it is killed with kill -9 */
export async function gateway(
  port: number,
  store: string,
  flags: readonly string[] = [],
  diesAt?: HitPoint,
): Promise<GatewayProcess> {
  const to = ['--upstream', `http://127.0.0.1:${port}`, '--listen', '127.0.0.1:0', '--store', store]
  const child = spawn(process.execPath, [...nodeFlags(diesAt), main, 'gateway', ...to, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [startLine] = (await once(createInterface({ input: child.stderr }), 'line')) as [string]
  return { port: Number(/:(\d+) →/.exec(startLine)?.[1]), child, startLine }
}

function nodeFlags(diesAt: HitPoint | undefined): string[] {
  const flags = ['--conditions=@counterfoil/source', '--disable-warning=ExperimentalWarning']
  if (diesAt === undefined) return flags
  const dying = new URL('./dies-at.ts', import.meta.url)
  dying.searchParams.set('point', diesAt)
  return [...flags, '--import', dying.href]
}
