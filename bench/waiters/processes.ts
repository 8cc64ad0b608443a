import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Crowd, CrowdSeen } from './process.ts'

/** One process of several on a store. */
export class Member {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>
  readonly #lines: AsyncIterator<string>

  private constructor(url: string) {
    const script = fileURLToPath(import.meta.resolve('./process.ts'))
    this.#process = spawn(process.execPath, [...process.execArgv, script, url], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#process.stdin.on('error', () => undefined)
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]()
  }

  static async start(url: string): Promise<Member> {
    const member = new Member(url)
    await member.#line()
    return member
  }

  async send(crowd: Crowd): Promise<CrowdSeen> {
    this.#process.stdin.write(`${JSON.stringify(crowd)}\n`)
    return JSON.parse(await this.#line()) as CrowdSeen
  }

  async end(): Promise<void> {
    const exit = once(this.#process, 'exit')
    this.#process.stdin.end()
    await exit
  }

  async #line(): Promise<string> {
    const { value, done } = await this.#lines.next()
    if (done) throw new Error('a process ended before it answered; stderr says why')
    return value
  }
}
