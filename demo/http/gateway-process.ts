import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { WatchedProcess } from '../watched-process.ts'

export interface GatewayTerms {
  readonly upstream: string
  /** All gateways of the demonstration share it. */
  readonly storeUrl: string
  readonly guarantee: 'at-most-once' | 'at-least-once'
}

/** `counterfoil gateway`, as seen from the parent. */
export class GatewayProcess {
  readonly #child: ChildProcess
  readonly #watched: WatchedProcess
  #url: string | undefined

  private constructor({ upstream, storeUrl, guarantee }: GatewayTerms) {
    const script = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url))
    const flags = [
      '--listen',
      '127.0.0.1:0',
      '--upstream',
      upstream,
      '--guarantee',
      guarantee,
      '--lease',
      '1s',
      '--store',
      storeUrl,
    ]
    this.#child = spawn(
      process.execPath,
      [
        '--conditions=@counterfoil/source',
        '--disable-warning=ExperimentalWarning',
        script,
        'gateway',
        ...flags,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    )
    this.#watched = new WatchedProcess('the gateway', this.#child)
    createInterface({ input: this.#child.stderr as NodeJS.ReadableStream }).on('line', (line) => {
      const url = /^counterfoil: (http:\S+) /.exec(line)?.[1]
      if (url === undefined) return
      this.#url = url
      this.#watched.happened('listening')
    })
  }

  /** Resolves when it listens. */
  static async start(terms: GatewayTerms): Promise<GatewayProcess> {
    const gateway = new GatewayProcess(terms)
    await gateway.#watched.until('listening')
    return gateway
  }

  get chargesUrl(): string {
    return `${this.#url}/charges`
  }

  /** `kill -9`, and its end. */
  kill(): Promise<void> {
    return this.#watched.kill()
  }

  /** SIGTERM: it finishes what is under way, and ends. */
  async close(): Promise<void> {
    if (this.#watched.ended === undefined) this.#child.kill('SIGTERM')
    await this.#watched.untilEnded()
  }

  /** How it ended; `undefined` while it runs. */
  get ended(): string | undefined {
    return this.#watched.ended
  }
}
