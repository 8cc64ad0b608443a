import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Moment } from '../messages.ts'
import { WatchedProcess } from '../watched-process.ts'

export type ApiReport =
  | { readonly say: 'listening'; readonly port: number }
  | { readonly say: 'happened'; readonly what: Moment }

/** The charges API's process, as seen from the parent. */
export class ChargesApi {
  readonly #child: ChildProcess
  readonly #watched: WatchedProcess
  #port: number | undefined

  private constructor(folder: string, holdAt: Moment | 'nowhere') {
    const script = fileURLToPath(new URL('./charges-api.ts', import.meta.url))
    this.#child = fork(script, [folder, holdAt], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.#watched = new WatchedProcess('the charges API', this.#child)
    this.#child.on('message', (report: ApiReport) => {
      if (report.say === 'listening') this.#port = report.port
      this.#watched.happened(report.say === 'listening' ? report.say : report.what)
    })
  }

  /** Resolves when it listens. @param holdAt where each charge waits, until it is told to go on */
  static async start(folder: string, holdAt: Moment | 'nowhere'): Promise<ChargesApi> {
    const api = new ChargesApi(folder, holdAt)
    await api.#watched.until('listening')
    return api
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  until(moment: Moment): Promise<void> {
    return this.#watched.until(moment)
  }

  goOn(): void {
    this.#child.send('go_on')
  }

  kill(): Promise<void> {
    return this.#watched.kill()
  }

  close(): Promise<void> {
    return this.kill()
  }
}
