import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Proof, ScenarioProof } from 'counterfoil/testing'
import { onTestFinished } from 'vitest'
import { run } from '../../../src/run.ts'
import { testIo } from '../../support/test-io.ts'

const main = join(import.meta.dirname, '../../../src/main.ts')

export interface Proven {
  readonly code: number | null
  readonly proof: Proof
  readonly err: string
  /** The verdict on each scenario, by its id. */
  readonly verdicts: Readonly<Record<string, string>>
}

/** `counterfoil prove store` in this process, for what starts no other. */
export async function proveStoreHere(url: string, flags: readonly string[]): Promise<Proven> {
  const io = testIo()
  const code = await run(['prove', 'store', url, '--json', ...flags], io)
  return told(code, io.out(), io.err())
}

/** The same in a process of its own. */
export async function proveStoreAt(url: string, flags: readonly string[]): Promise<Proven> {
  const args = ['--conditions=@counterfoil/source', main, 'prove', 'store', url, '--json', ...flags]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = new Promise<number | null>((done) => child.once('close', done))
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return told(code, out, err)
}

function told(code: number | null, out: string, err: string): Proven {
  if (out === '') return { code, proof: { scenarios: [] } as unknown as Proof, err, verdicts: {} }
  const proof = JSON.parse(out) as Proof
  const verdicts = proof.scenarios.map(({ id, verdict }) => [id, verdict.kind])
  return { code, proof, err, verdicts: Object.fromEntries(verdicts) }
}

export function scenarioIn({ proof }: Proven, id: string): ScenarioProof {
  const found = proof.scenarios.find((scenario) => scenario.id === id)
  if (found === undefined) throw new Error(`${id} was not played`)
  return found
}
