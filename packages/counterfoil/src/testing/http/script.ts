import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { WireLines } from '../wire.ts'

/** What a handler is to answer. The suite sends it along with the request; the service only acts it out. */
export interface Script {
  /** Names the scene that a case plays: the handler's runs are counted by it. */
  readonly scene: string
  readonly status: number
  readonly headers: WireLines
  readonly body: ScriptedBody
  /** How the body is handed over: all at once, written in pieces, as a stream, or as a file is served. */
  readonly by: 'buffer' | 'pieces' | 'stream' | 'file'
  /** `Link` values of a 103 that goes before. */
  readonly hints: readonly string[]
  /** For the gate, which the suite opens. */
  readonly waits: 'never' | 'before_head' | 'after_first_piece'
  /** `throws`: before its head; `throws_midway`, `breaks_off`: after the first piece. */
  readonly ends: 'whole' | 'throws' | 'throws_midway' | 'breaks_off'
  /** What the first attempt says of itself. */
  readonly says: 'nothing' | 'not_executed' | 'unknown'
}

export type ScriptedBody =
  | { readonly of: 'pieces'; readonly base64: readonly string[] }
  /** Random bytes, others in each run, so that a second run can't be taken for a replay. */
  | { readonly of: 'random'; readonly sizes: readonly number[] }
  /** The request's body, as the handler has got it. */
  | { readonly of: 'request' }
  /** The request's field lines, as a handler behind a proxy has got them. */
  | { readonly of: 'fields' }
  /** The file at `scriptedFile`. */
  | { readonly of: 'file' }

/** A file to serve, of a length that takes more than one read of nothing else. */
export const scriptedFile: string = import.meta.filename

const plain: Omit<Script, 'scene'> = {
  status: 200,
  headers: [],
  body: { of: 'random', sizes: [64] },
  by: 'buffer',
  hints: [],
  waits: 'never',
  ends: 'whole',
  says: 'nothing',
}

export function scriptWith(scene: string, given: Partial<Script>): Script {
  return { ...plain, ...given, scene }
}

/** As the value of the `X-Script` field. */
export function encodedScript(script: Script): string {
  return Buffer.from(JSON.stringify(script)).toString('base64url')
}

export function decodedScript(field: string): Script {
  return JSON.parse(Buffer.from(field, 'base64url').toString()) as Script
}

/** A request as far as its handler shows it. */
export interface SeenRequest {
  readonly body: Uint8Array
  readonly lines: WireLines
}

/** @param run counted from 1 */
export function piecesOf(
  { scene, body }: Script,
  run: number,
  request: SeenRequest,
): readonly Uint8Array<ArrayBuffer>[] {
  switch (body.of) {
    case 'pieces':
      return body.base64.map((piece) => new Uint8Array(Buffer.from(piece, 'base64')))
    case 'random':
      return body.sizes.map((size, at) => random(`${scene} ${run} ${at}`, size))
    case 'request':
      return [new Uint8Array(request.body)]
    case 'fields':
      return [new Uint8Array(Buffer.from(request.lines.map((line) => `${line.join(': ')}\n`).join('')))]
    case 'file':
      return [new Uint8Array(readFileSync(scriptedFile))]
  }
}

export function pieces(...of: (string | Uint8Array)[]): ScriptedBody {
  return { of: 'pieces', base64: of.map((piece) => Buffer.from(piece as string).toString('base64')) }
}

function random(seed: string, size: number): Uint8Array<ArrayBuffer> {
  if (size === 0) return new Uint8Array()
  return new Uint8Array(createHash('shake256', { outputLength: size }).update(seed).digest())
}
