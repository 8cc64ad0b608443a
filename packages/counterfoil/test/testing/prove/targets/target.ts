import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TargetTerms, usualTerms } from './terms.ts'

/** A target's process, as seen from the test. */
export class Target {
  readonly #folder: string
  #process: ChildProcess
  readonly url: string

  private constructor(folder: string, process: ChildProcess, url: string) {
    this.#folder = folder
    this.#process = process
    this.url = url
  }

  static async start(terms: Partial<TargetTerms>): Promise<Target> {
    const folder = mkdtempSync(join(tmpdir(), 'counterfoil-target-'))
    writeFileSync(join(folder, 'terms.json'), JSON.stringify({ ...usualTerms, ...terms }))
    const { process, port } = await started(folder)
    return new Target(folder, process, `http://127.0.0.1:${port}`)
  }

  /** How many charges a key has made. */
  async effects(key: string): Promise<number> {
    const answer = await fetch(`${this.url}/effects?key=${encodeURIComponent(key)}`)
    return Number(await answer.text())
  }

  /** `kill -9`, and its end. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const gone = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await gone
  }

  /** Another process on the same port and the same files; resolves when it listens. */
  async restart(): Promise<void> {
    await this.kill()
    this.#process = (await started(this.#folder)).process
  }

  async close(): Promise<void> {
    await this.kill()
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function started(folder: string): Promise<{ readonly process: ChildProcess; readonly port: number }> {
  const process = fork(new URL('./target-process.ts', import.meta.url), [folder], {
    execArgv: ['--conditions=@counterfoil/source', '--disable-warning=ExperimentalWarning'],
  })
  const died = once(process, 'exit').then(() => {
    throw new Error('the target ended before it listened')
  })
  const [{ port }] = (await Promise.race([once(process, 'message'), died])) as [{ port: number }]
  return { process, port }
}
