import { randomUUID } from 'node:crypto'
import { type Receipt, type ReceiptId, Wakes, type Watch } from '../../core/index.ts'
import type { Driver, Listening } from './driver.ts'
import type { Names } from './names.ts'
import { perNames } from './per-names.ts'
import type { StoredReading } from './read.ts'

/** Between two looks at what is watched: the net under notifications, or all there is where none are heard. */
const paces = {
  listening: { shortestMs: 200, longestMs: 2_000 },
  polling: { shortestMs: 15, longestMs: 500 },
} as const

/** How long a notification sent to oneself may take before it counts as unheard. */
const PROBE_MS = 2_000
/** Then it is tried again after this long: a pooler may have been replaced. */
const PROBE_AGAIN_MS = 60_000

/** `unheard`: the connection listens, and nothing comes: a pooler in transaction mode stands in between. */
export type Hearing = 'not yet' | 'heard' | 'unheard' | 'lost'

/**
 * Who waits for which receipt to change. Writes of this store wake at once; those of others are notified, to one
 * connection for the process, where the receipt is marked as waited for. Where notifications don't come, and for what
 * can't be marked (a receipt that isn't there yet), one poller compares all that is watched, slower and slower while
 * nothing happens. So a lost notification costs a moment, and never the wait.
 */
export class Watchers {
  readonly #driver: Driver
  readonly #names: Names
  readonly #watched = new Map<ReceiptId, Watched>()
  #listening: Listening | undefined
  #hearing: Hearing = 'not yet'
  #probe: string | undefined
  #probing: NodeJS.Timeout | undefined
  #pauseMs: number = paces.listening.shortestMs
  #timer: NodeJS.Timeout | undefined
  #looking = false
  #closed = false

  constructor(driver: Driver, names: Names) {
    this.#driver = driver
    this.#names = names
  }

  get hearing(): Hearing {
    return this.#hearing
  }

  watch(id: ReceiptId, wake: () => void): Watch {
    const watched = this.#watched.get(id) ?? {
      seen: undefined,
      marked: false,
      readers: 0,
      wakes: new Wakes(),
    }
    this.#watched.set(id, watched)
    const leave = watched.wakes.add(wake)
    this.#listen()
    this.#hurry()
    return {
      stop: () => {
        leave()
        if (watched.wakes.empty && this.#watched.get(id) === watched) this.#watched.delete(id)
      },
    }
  }

  /**
   * A reading for somebody who may be watching: whatever looks different later is a change.
   * @param read told whether the receipt is to be marked, so that its changes are notified here
   */
  async look(id: ReceiptId, read: (mark: boolean) => Promise<StoredReading>): Promise<StoredReading> {
    const watched = this.#watched.get(id)
    if (watched === undefined) return read(false)
    watched.readers += 1
    try {
      const notified = this.#hearing !== 'unheard'
      let reading = await read(notified && !watched.marked)
      // It is another row than the one that was marked.
      if (notified && reading.stored !== undefined && !reading.waited) reading = await read(true)
      watched.marked = reading.waited
      const look = reading.stored === undefined ? ABSENT : lookOf(reading.stored.receipt)
      watched.seen ??= look
      this.#compare(watched, look)
      return reading
    } finally {
      watched.readers -= 1
    }
  }

  /** This store has changed the receipt. */
  changed(id: ReceiptId): void {
    const watched = this.#watched.get(id)
    if (watched === undefined) return
    watched.seen = undefined
    watched.wakes.wakeAll()
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    clearTimeout(this.#probing)
    this.#watched.clear()
    await this.#listening?.stop()
  }

  #listen(): void {
    if (this.#closed) return
    this.#listening ??= this.#driver.listen(this.#names.channel, {
      heard: (payload) => this.#heard(payload),
      listening: () => {
        // What was said meanwhile is lost, and everybody looks for themselves; the first time, the poller does for all.
        if (this.#hearing === 'lost') for (const watched of this.#watched.values()) watched.wakes.wakeAll()
        else this.#hurry()
        this.#sendProbe()
      },
      lost: () => {
        this.#hearing = 'lost'
        this.#hurry()
      },
    })
  }

  #heard(payload: string): void {
    if (payload === this.#probe) {
      clearTimeout(this.#probing)
      this.#hearing = 'heard'
      return
    }
    this.changed(payload)
  }

  /** Only what was heard is known to be heard: PgBouncer in transaction mode takes LISTEN and forgets it. */
  #sendProbe(): void {
    const probe = `probe ${randomUUID()}`
    this.#probe = probe
    clearTimeout(this.#probing)
    this.#probing = setTimeout(() => {
      this.#hearing = 'unheard'
      this.#hurry()
      this.#probing = setTimeout(() => this.#sendProbe(), PROBE_AGAIN_MS).unref()
    }, PROBE_MS).unref()
    this.#driver
      .query('SELECT pg_notify($1::text, $2::text)::text AS sent', [this.#names.channel, probe])
      .catch(() => undefined)
  }

  get #pace(): { readonly shortestMs: number; readonly longestMs: number } {
    return this.#hearing === 'unheard' || this.#hearing === 'lost' ? paces.polling : paces.listening
  }

  #hurry(): void {
    this.#pauseMs = this.#pace.shortestMs
    if (this.#looking || this.#watched.size === 0 || this.#closed) return
    clearTimeout(this.#timer)
    this.#timer = this.#lookLater()
  }

  #lookLater(): NodeJS.Timeout {
    const pauseMs = this.#pauseMs * (0.75 + Math.random() / 2)
    this.#pauseMs = Math.min(this.#pace.longestMs, this.#pauseMs * 1.3)
    return setTimeout(() => void this.#look(), pauseMs).unref()
  }

  async #look(): Promise<void> {
    if (this.#watched.size === 0 || this.#closed) return
    this.#looking = true
    const asked = new Map(this.#watched)
    try {
      const { rows } = await this.#driver.query(lookText(this.#names), [JSON.stringify([...asked.keys()])])
      const seen = new Map(
        rows.map(({ id, look }) => [id as string, JSON.stringify(JSON.parse(look as string))]),
      )
      for (const [id, watched] of asked) this.#compare(watched, seen.get(id) ?? ABSENT)
    } catch {
      // Those who wait look for themselves, and meet the error there.
      for (const watched of asked.values()) watched.wakes.wakeAll()
    } finally {
      this.#looking = false
      if (!this.#closed) this.#timer = this.#lookLater()
    }
  }

  /**
   * Where nobody who waits has read the receipt yet, it may have changed unseen. A reading under way will tell by itself:
   * without that, each of 200 keys on which 64 callers meet was read a third time.
   */
  #compare(watched: Watched, look: string): void {
    const before = watched.seen
    watched.seen = look
    if (before === look || (before === undefined && watched.readers > 0)) return
    if (before !== undefined) this.#pauseMs = this.#pace.shortestMs
    watched.wakes.wakeAll()
  }
}

interface Watched {
  /** How the receipt looked when somebody who watches last saw it. */
  seen: string | undefined
  /** As far as is known here: a plain reading costs the server less than one that marks. */
  marked: boolean
  /** Readings under way. */
  readers: number
  readonly wakes: Wakes
}

const ABSENT = 'absent'

function lookOf({ incarnation, attempt, state, ...rest }: Receipt): string {
  const released = 'retryable' in rest && rest.retryable
  const givenUp = 'givenUp' in rest ? (rest.givenUp?.as ?? '') : ''
  return JSON.stringify([incarnation, attempt, state, released, givenUp])
}

/** As `lookOf` says it. */
const lookText: (names: Names) => string = perNames(
  ({ receipts }) => `
SELECT x.id, s.look FROM json_array_elements_text($1::text::json) AS x (id),
  LATERAL (
    SELECT json_build_array(r.incarnation, r.attempt, r.state, coalesce(r.retryable, false), coalesce(r.given_up, ''))::text AS look
    FROM ${receipts} r WHERE r.id = decode(x.id, 'hex') LIMIT 1
  ) s`,
)
