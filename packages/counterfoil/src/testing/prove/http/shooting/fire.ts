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

export interface Fired {
  readonly startedAt: number
  readonly hit: Promise<{ readonly hit: Hit; readonly reusable: boolean }>
}

export function loaded(shot: Shot, connection: Connection): Loaded {
  return { shot, bytes: Buffer.concat([Buffer.from(shot.head, 'latin1'), shot.body]), connection }
}

/** Sends it with one write. */
export function fire({ shot, bytes, connection }: Loaded, answerWithinMs: number): Fired {
  const startedAt = monotonicMs()
  const written = new Promise<void>((resolve) => {
    connection.socket.write(bytes, () => resolve())
  })
  return { startedAt, hit: hear(shot, connection, { startedAt, written, answerWithinMs }) }
}

async function hear(
  shot: Shot,
  { name, wire }: Connection,
  sending: { readonly startedAt: number; readonly written: Promise<void>; readonly answerWithinMs: number },
): Promise<{ readonly hit: Hit; readonly reusable: boolean }> {
  const { startedAt, written, answerWithinMs } = sending
  let timedOut = false
  const timer = globalThis.setTimeout(() => {
    timedOut = true
    wire.leave()
  }, answerWithinMs)
  const ended = (answer: Answer | NoAnswer, reusable: boolean) => ({
    hit: { caller: name, startedAt, endedAt: monotonicMs(), answer },
    reusable,
  })
  try {
    if (shot.leavesAfterMs !== null) {
      await written
      await setTimeout(shot.leavesAfterMs)
      wire.leave()
      return ended(noAnswer('left', 'the caller left after it had sent its request'), false)
    }
    const response = await wire.response(shot.method)
    return ended(answerOf(response), staysOpen(response))
  } catch (error) {
    if (timedOut) return ended(noAnswer('timed_out', `no answer within ${answerWithinMs} ms`), false)
    return ended(noAnswer('broken_off', error instanceof Error ? error.message : String(error)), false)
  } finally {
    clearTimeout(timer)
  }
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
