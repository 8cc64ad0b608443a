import type { WireLines } from '../../wire.ts'
import type { ProofProgress } from '../progress.ts'

/**
 * What a proof over HTTP is made of. Only `url` must be given, and for most endpoints a `body`. What only some of the
 * promises need is optional, and they are then `not_shown`, with a sentence that says what to give.
 */
export interface HttpProofOptions {
  /** The endpoint, `http:` or `https:`. */
  readonly url: string | URL
  /** Default `POST`. */
  readonly method?: string
  /** Sent with every request, in this order. A JSON body gets its `Content-Type` without being told. */
  readonly headers?: WireLines
  /**
   * What every request carries. The endpoint must accept it as often as it comes under another key: where something in it
   * must be unique, `{key}` stands for the key.
   */
  readonly body?: string | Uint8Array
  /** Default `Idempotency-Key`. */
  readonly keyHeader?: string
  /**
   * What the endpoint promises across failures; default `at-most-once`, which forbids more. Under `at-least-once` a second
   * effect after an attempt that broke off is no fault.
   */
  readonly guarantee?: 'at-most-once' | 'at-least-once'
  /** How long a dead attempt may hold its key. Default 30 s. */
  readonly leaseMs?: number
  /** How long after that the key may still be held before it counts as wedged. Default: as long again, from 0.5 to 5 s. */
  readonly marginMs?: number
  /** How long after the outcome a late retry comes. Default: the lease and the margin. */
  readonly lateMs?: number
  /**
   * How many effects a key has had by now. Without it, answers alone are judged. What it throws is reported, and its
   * message must hold no secret.
   */
  readonly countEffects?: (key: string) => Promise<number>
  /** In a volley. Default 200. */
  readonly requests?: number
  /** That the requests come from. Default 4. */
  readonly processes?: number
  /** How often a race is run. Default 20. */
  readonly rounds?: number
  /** `reuse`, the default: a connection is kept for the next request, as clients do. */
  readonly connections?: 'reuse' | 'fresh'
  /** How long after the barrier each request of a volley leaves, drawn anew for each. Default: not at all. */
  readonly staggerMs?: { readonly least: number; readonly most: number }
  /** The status for a key that comes with another request. Default: any refusal is accepted, and told. */
  readonly expectConflict?: number
  /** The request that conflicts. Default: the JSON body with one value changed. */
  readonly conflictBody?: string | Uint8Array
  /** Field lines that make the caller another one, instead of those of the same names. */
  readonly as?: WireLines
  /** Another endpoint of the same origin that takes the same body, in whose scope the same key is another. */
  readonly secondUrl?: string | URL
  /** Field lines that make the endpoint answer 429. */
  readonly limited?: WireLines
  /** Field lines that make its upstream refuse. */
  readonly refused?: WireLines
  /** Kills the service as a crash does, and resolves when it is dead. */
  readonly kill?: () => Promise<void>
  /** Starts it again after `kill`, or restarts it. It need not wait until it listens. */
  readonly restart?: () => Promise<void>
  /** Default: from when a request is sent, the lease and the margin, and at least 15 s. */
  readonly answerWithinMs?: number
  /** Ids of scenarios: only these are played. */
  readonly only?: readonly string[]
  /** Run again with it, the proof makes the same choices. Default: drawn. */
  readonly seed?: number
  /** That the target may be another machine than this one. Many requests are sent, and many effects may come of them. */
  readonly iOwnThis?: boolean
  /** Once aborted, nothing is sent any more, and the proof ends with what was shown by then. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: ProofProgress) => void
}
