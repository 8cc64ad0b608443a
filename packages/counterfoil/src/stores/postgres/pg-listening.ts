import type { PgPool } from './clients.ts'
import type { Listener, Listening } from './driver.ts'
import { quoted } from './names.ts'

interface PgClient {
  connect(): Promise<unknown>
  end(): Promise<void>
  query(text: string): Promise<unknown>
  on(event: 'notification', listener: (message: { readonly payload?: string | undefined }) => void): unknown
  on(event: 'error' | 'end', listener: () => void): unknown
  readonly connection?: { readonly stream?: { ref?(): void; unref?(): void } }
}

const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 5_000

/** One connection beside the pool's, made of the pool's own options: what listens can't go back to a pool. */
export class PgListening implements Listening {
  readonly #pool: PgPool
  readonly #channel: string
  readonly #listener: Listener
  #client: PgClient | undefined
  #pauseMs = FIRST_PAUSE_MS
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(pool: PgPool, channel: string, listener: Listener) {
    this.#pool = pool
    this.#channel = channel
    this.#listener = listener
    this.#connect()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    // Whoever closes waits for the end of it.
    this.#client?.connection?.stream?.ref?.()
    await this.#client?.end().catch(() => undefined)
  }

  async #connect(): Promise<void> {
    const { Client } = this.#pool as unknown as { readonly Client: new (options: object) => PgClient }
    const client = new Client(this.#pool.options)
    this.#client = client
    let gone = false
    const lost = (): void => {
      if (gone) return
      gone = true
      client.end().catch(() => undefined)
      this.#lost()
    }
    client.on('error', lost)
    client.on('end', lost)
    client.on('notification', ({ payload }) => this.#listener.heard(payload ?? ''))
    try {
      await client.connect()
      // Those who wait hold the process, and not the connection that tells them.
      if (!this.#stopped) client.connection?.stream?.unref?.()
      await client.query(`LISTEN ${quoted(this.#channel)}`)
      this.#pauseMs = FIRST_PAUSE_MS
      if (!gone && !this.#stopped) this.#listener.listening()
    } catch {
      lost()
    }
  }

  #lost(): void {
    if (this.#stopped) return
    this.#listener.lost()
    this.#timer = setTimeout(() => this.#connect(), this.#pauseMs * (0.5 + Math.random())).unref()
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2)
  }
}
