/**
 * Where on its way a message is met. A message is what the proxy reads from a client at once: a statement or a command,
 * as drivers send them, unless it is too large for one segment.
 *
 * - `before`: none of it has been passed on. The server never sees it.
 * - `inside`: half of its bytes have been passed on, and no more.
 * - `sent`: all of it has been passed on, nothing of an answer has come. Whether the server carries it out is open.
 * - `answered`: the server has answered, after its commit, and nothing of that has been passed back.
 */
export type FaultPoint = 'before' | 'inside' | 'sent' | 'answered'

/**
 * What happens to its connection there.
 *
 * - `cut`: both ends see it close.
 * - `black_hole`: nothing passes any more, either way, and neither end is told: as behind a firewall that drops packets.
 * - `hold`: nothing passes until `release()`; then all of it does.
 * - `delayMs`: as `hold`, for so many milliseconds.
 */
export type FaultEffect = 'cut' | 'black_hole' | 'hold' | { readonly delayMs: number }

/** A message of a client's, as a fault is chosen by. */
export interface ProxiedMessage {
  readonly bytes: Buffer
  /** The number of its connection, from 1 in the order of their coming. */
  readonly connection: number
  /** Its number on this connection, from 1. The first is the driver's greeting. */
  readonly number: number
}

export interface PlannedFault {
  readonly at: FaultPoint
  readonly effect: FaultEffect
  /** Which message it meets: the first for which this holds, and no other. Default: the next one. */
  readonly when?: (message: ProxiedMessage) => boolean
}

/** A fault that was planned or has struck. */
export interface TcpFault {
  /** Resolves when it strikes; it may never do so. */
  readonly struck: Promise<void>
  /** Lets go of what it holds, now or as soon as it holds. */
  release(): void
}

/** For `when`: the message has these bytes in it, or their hex: a receipt's id, say. */
export function messageWith(bytes: Uint8Array): (message: ProxiedMessage) => boolean {
  const raw = Buffer.from(bytes)
  const hex = raw.toString('hex')
  return ({ bytes: message }) => message.includes(raw) || message.includes(hex)
}
