import { setTimeout } from 'node:timers/promises'
import { fieldOf, type WireResponse } from '../../../wire.ts'
import type { Connection } from './connections.ts'
import { monotonicMs } from './monotonic.ts'
import { type Answer, type Hit, type NoAnswer, SHOWN_BYTES, type Shot } from './shot.ts'

/** A request on its connection, not yet sent. */
export interface Loaded {
  readonly shot: Shot
  readonly bytes: Buffer
  readonly connection: Connection
}

/** A request that has left, all in one write. */
export interface Sent {
  readonly loaded: Loaded
  readonly startedAt: number
  readonly written: Promise<void>
}

/** What became of it, and whether its connection can carry another one. */
export interface Heard {
  readonly hit: Hit
  readonly reusable: boolean
}

export function loaded(shot: Shot, connection: Connection): Loaded {
  return { shot, bytes: Buffer.concat([Buffer.from(shot.head, 'latin1'), shot.body]), connection }
}

/** Does nothing but send: others are to leave in the same millisecond. */
export function send(loaded: Loaded): Sent {
  const { promise: written, resolve } = Promise.withResolvers<void>()
  const startedAt = monotonicMs()
  loaded.connection.socket.write(loaded.bytes, () => resolve())
  return { loaded, startedAt, written }
}

export async function hear(sent: Sent, answerWithinMs: number): Promise<Heard> {
  const { name, wire } = sent.loaded.connection
  let timedOut = false
  const timer = globalThis.setTimeout(() => {
    timedOut = true
    wire.leave()
  }, answerWithinMs)
  const ended = (answer: Answer | NoAnswer, reusable: boolean): Heard => ({
    hit: { caller: name, startedAt: sent.startedAt, endedAt: monotonicMs(), answer },
    reusable,
  })
  try {
    if (sent.loaded.shot.leavesAfterMs !== null) return ended(await leave(sent), false)
    const response = await wire.response(sent.loaded.shot.method)
    return ended(answerOf(response), staysOpen(response))
  } catch (error) {
    if (timedOut) return ended(noAnswer('timed_out', `no answer within ${answerWithinMs} ms`), false)
    return ended(noAnswer('broken_off', briefly(error)), false)
  } finally {
    clearTimeout(timer)
  }
}

async function leave({ loaded: { shot, connection }, written }: Sent): Promise<NoAnswer> {
  await written
  await setTimeout(shot.leavesAfterMs ?? 0)
  connection.wire.leave()
  return noAnswer('left', 'the caller left after it had sent its request')
}

/** Without what was seen instead: that may be anything, and a report is no place for it. */
function briefly(error: unknown): string {
  const [what = ''] = (error instanceof Error ? error.message : String(error)).split(':')
  return what
}

export function noAnswer(why: NoAnswer['why'], says: string): NoAnswer {
  return { kind: 'no_answer', why, says }
}

function answerOf({ status, lines, sha256, body }: WireResponse): Answer {
  const shown = new Uint8Array(body.subarray(0, SHOWN_BYTES))
  return { kind: 'answer', status, lines, sha256, bytes: body.length, body: shown }
}

/** RFC 9112, section 9.3. */
function staysOpen(response: WireResponse): boolean {
  const tokens = (fieldOf(response, 'connection') ?? '').toLowerCase().split(',')
  if (tokens.some((token) => token.trim() === 'close')) return false
  return response.framing !== 'until_close' && response.statusLine.startsWith('HTTP/1.1')
}
