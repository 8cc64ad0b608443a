import type { WireLines } from '../../../wire.ts'

/** Where all requests go. */
export interface Destination {
  /** The very address, so that a name can't come to mean another one while the proof runs. */
  readonly address: string
  readonly port: number
  /** Whose certificate it must show. `null`: plain HTTP. */
  readonly secureAs: string | null
  /** Opened before the barrier for every request, or kept for the next one. */
  readonly connections: 'reuse' | 'fresh'
  /** From when a request is sent: after it, it counts as unanswered. */
  readonly answerWithinMs: number
}

/** One request, to the byte. */
export interface Shot {
  readonly method: string
  /** The request line and the field lines, up to and with the empty line. */
  readonly head: string
  readonly body: Uint8Array
  /** After the barrier. */
  readonly afterMs: number
  /** The caller is gone so long after it has sent its request. `null`: it stays for the answer. */
  readonly leavesAfterMs: number | null
}

/** What came back. Times are of the clock that all processes share. */
export interface Hit {
  /** The process, and its connection. */
  readonly caller: string
  readonly startedAt: number
  readonly endedAt: number
  readonly answer: Answer | NoAnswer
}

export interface Answer {
  readonly kind: 'answer'
  readonly status: number
  /** As they stood on the wire. */
  readonly lines: WireLines
  readonly sha256: string
  readonly bytes: number
  /** Its first bytes, at most `SHOWN_BYTES`. */
  readonly body: Uint8Array
}

/** The request may have run. `not_sent`: it hasn't, for there was no connection. */
export interface NoAnswer {
  readonly kind: 'no_answer'
  readonly why: 'not_sent' | 'timed_out' | 'broken_off' | 'left'
  readonly says: string
}

/** How much of a body is kept for comparing and searching. The hash is of the whole. */
export const SHOWN_BYTES: number = 256 * 1024
