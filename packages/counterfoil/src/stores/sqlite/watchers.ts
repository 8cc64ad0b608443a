import { type ReceiptId, Wakes, type Watch } from '../../core/index.ts'
import type { Connection } from './connection.ts'
import type { File } from './file.ts'
import { idBytes, idText } from './row.ts'

/** Between two looks at the file: quick after a change, slower while nothing happens, never two processes in step. */
const SHORTEST_MS = 2
const LONGEST_MS = 50
/** Watched receipts to a query. */
const IDS = 64

/**
 * Who waits for which receipt to change. Writes of this process wake at once. Those of others are noticed by one
 * poller, however many receipts are watched, and only while some are: `PRAGMA data_version` tells in microseconds
 * whether anybody else has committed since (pragma.html#pragma_data_version), and only then are the watched ones read.
 */
export class Watchers {
  readonly #file: File
  readonly #watched = new Map<ReceiptId, Watched>()
  #version: number | undefined
  #pauseMs = SHORTEST_MS
  #timer: NodeJS.Timeout | undefined

  constructor(file: File) {
    this.#file = file
  }

  watch(id: ReceiptId, wake: () => void): Watch {
    const watched = this.#watched.get(id) ?? this.#begin(id)
    const leave = watched.wakes.add(wake)
    this.#pauseMs = SHORTEST_MS
    this.#timer ??= this.#lookLater()
    return {
      stop: () => {
        leave()
        if (watched.wakes.empty && this.#watched.get(id) === watched) this.#watched.delete(id)
      },
    }
  }

  /** This process has changed the receipt. */
  changed(id: ReceiptId): void {
    const watched = this.#watched.get(id)
    if (watched === undefined) return
    watched.seen = this.#see([id]).get(id) ?? UNKNOWN
    watched.wakes.wakeAll()
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#watched.clear()
  }

  /** What is seen now was there before `watch` returned; whatever comes later will look different. */
  #begin(id: ReceiptId): Watched {
    if (this.#watched.size === 0) this.#version = versionOf(this.#file.opened)
    const watched: Watched = { seen: this.#see([id]).get(id) ?? UNKNOWN, wakes: new Wakes() }
    this.#watched.set(id, watched)
    return watched
  }

  #lookLater(): NodeJS.Timeout {
    const pauseMs = this.#pauseMs * (0.75 + Math.random() / 2)
    this.#pauseMs = Math.min(LONGEST_MS, this.#pauseMs * 1.3)
    return setTimeout(() => this.#look(), pauseMs).unref()
  }

  #look(): void {
    this.#timer = undefined
    if (this.#watched.size === 0) return
    const version = versionOf(this.#file.opened)
    if (version === undefined || version !== this.#version) {
      this.#version = version
      this.#compare()
    }
    this.#timer = this.#lookLater()
  }

  #compare(): void {
    const ids = [...this.#watched.keys()]
    for (let from = 0; from < ids.length; from += IDS) {
      const part = ids.slice(from, from + IDS)
      const seen = this.#see(part)
      for (const id of part) this.#compareOne(id, seen.get(id) ?? UNKNOWN)
    }
  }

  /** Where the file can't be read, those who wait look for themselves, and meet the error there. */
  #compareOne(id: ReceiptId, now: string): void {
    const watched = this.#watched.get(id)
    if (watched === undefined || (watched.seen === now && now !== UNKNOWN)) return
    watched.seen = now
    this.#pauseMs = SHORTEST_MS
    watched.wakes.wakeAll()
  }

  /** Empty where the file can't be read just now. */
  #see(ids: readonly ReceiptId[]): Map<ReceiptId, string> {
    const seen = new Map<ReceiptId, string>()
    try {
      const { opened } = this.#file
      if (opened === undefined) return seen
      const padded = Array.from({ length: IDS }, (_, index) =>
        ids[index] === undefined ? null : idBytes(ids[index]),
      )
      const rows = opened.tables.prepared(LOOK).all(...padded) as unknown as {
        id: Uint8Array
        look: string
      }[]
      for (const id of ids) seen.set(id, ABSENT)
      for (const row of rows) seen.set(idText(row.id), row.look)
    } catch {
      seen.clear()
    }
    return seen
  }
}

interface Watched {
  seen: string
  readonly wakes: Wakes
}

const ABSENT = 'absent'
const UNKNOWN = 'unknown'

const LOOK = `
SELECT id, concat_ws(' ', incarnation, attempt, state, retryable, given_up) AS look
FROM counterfoil_receipts WHERE id IN (${Array.from({ length: IDS }, () => '?').join(', ')})`

function versionOf(connection: Connection | undefined): number | undefined {
  try {
    return (connection?.dataVersion.get() as { data_version: number } | undefined)?.data_version
  } catch {
    return undefined
  }
}
