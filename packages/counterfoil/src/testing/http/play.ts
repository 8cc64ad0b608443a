import { createReadStream } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { scriptedFile } from './script.ts'
import type { Turn } from './stage.ts'

/** What a handler throws that is told to. No answer may have anything of it. */
export class ScriptedFailure extends Error {
  override readonly message = 'secret detail of the failure'
}

/** Acts a turn out on a response of Node's own, and whatever has those methods. */
export async function playOnNode(turn: Turn, response: ServerResponse): Promise<void> {
  const { script } = turn
  if (script.hints.length > 0) response.writeEarlyHints({ link: [...script.hints] })
  if (script.ends === 'throws') throw new ScriptedFailure()
  if (script.by === 'pieces') return writePieces(turn, response)
  response.statusCode = script.status
  for (const [name, value] of script.headers) response.appendHeader(name, value)
  if (script.by === 'buffer') response.end(Buffer.concat(turn.pieces))
  else
    streamOf(turn)
      .once('error', (error) => response.destroy(error))
      .pipe(response)
}

/** Acts a turn out as a response of the Fetch standard. It knows no 103. */
export function playAsFetch(turn: Turn): Response {
  const { status, headers, ends, by } = turn.script
  if (ends === 'throws') throw new ScriptedFailure()
  const without = status === 204 || status === 304
  const body =
    by === 'buffer'
      ? new Uint8Array(Buffer.concat(turn.pieces))
      : (Readable.toWeb(streamOf(turn)) as ReadableStream<Uint8Array>)
  return new Response(without ? null : body, { status, headers: headers as [string, string][] })
}

/** The body as a stream, with what the script has it do. */
export function streamOf(turn: Turn): Readable {
  return turn.script.by === 'file' ? createReadStream(scriptedFile) : Readable.from(inPieces(turn))
}

async function writePieces(turn: Turn, response: ServerResponse): Promise<void> {
  response.writeHead(turn.script.status, turn.script.headers.flat())
  const write = async (): Promise<void> => {
    for await (const piece of inPieces(turn)) response.write(piece)
  }
  if (turn.script.ends === 'throws_midway') return write()
  await write().then(
    () => response.end(),
    (error: Error) => response.destroy(error),
  )
}

async function* inPieces({ script, pieces, opened }: Turn): AsyncGenerator<Uint8Array> {
  for (const [at, piece] of pieces.entries()) {
    yield piece
    if (at === 0 && script.waits === 'after_first_piece') await opened
    if (at === 0 && script.ends !== 'whole') throw new ScriptedFailure()
  }
}
