import { randomInt } from 'node:crypto'
import { validateHeaderName, validateHeaderValue } from 'node:http'
import { OptionInvalid } from '../../../core/index.ts'
import type { WireLines } from '../../wire.ts'
import type { HttpProofOptions } from './options.ts'

/** The options with what was left out. */
export interface HttpProofTerms
  extends Required<
    Pick<
      HttpProofOptions,
      | 'method'
      | 'headers'
      | 'keyHeader'
      | 'guarantee'
      | 'leaseMs'
      | 'marginMs'
      | 'lateMs'
      | 'requests'
      | 'processes'
      | 'rounds'
      | 'connections'
      | 'staggerMs'
      | 'answerWithinMs'
      | 'seed'
    >
  > {
  readonly url: URL
  readonly body: Uint8Array
  readonly countEffects: HttpProofOptions['countEffects']
  readonly expectConflict: number | undefined
  readonly conflictBody: Uint8Array | undefined
  readonly as: WireLines | undefined
  /** Path and query. */
  readonly secondTarget: string | undefined
  readonly limited: WireLines | undefined
  readonly refused: WireLines | undefined
  readonly kill: (() => Promise<void>) | undefined
  readonly restart: (() => Promise<void>) | undefined
}

/** @throws {OptionInvalid} */
export function termsOf(options: HttpProofOptions): HttpProofTerms {
  const url = urlIn('url', options.url)
  const leaseMs = atLeast('leaseMs', options.leaseMs ?? 30_000, 1)
  const marginMs = atLeast('marginMs', options.marginMs ?? Math.min(5000, Math.max(500, leaseMs)), 0)
  const body = bytesOf(options.body ?? '')
  return {
    url,
    body,
    leaseMs,
    marginMs,
    method: methodIn(options.method ?? 'POST'),
    headers: headersIn('headers', withType(options.headers ?? [], body)),
    keyHeader: nameIn('keyHeader', options.keyHeader ?? 'Idempotency-Key'),
    guarantee: options.guarantee ?? 'at-most-once',
    lateMs: atLeast('lateMs', options.lateMs ?? leaseMs + marginMs, 0),
    requests: whole('requests', options.requests ?? 200, 2, 10_000),
    processes: whole('processes', options.processes ?? 4, 1, 64),
    rounds: whole('rounds', options.rounds ?? 20, 1, 100_000),
    connections: options.connections ?? 'reuse',
    staggerMs: staggerIn(options.staggerMs ?? { least: 0, most: 0 }),
    answerWithinMs: atLeast(
      'answerWithinMs',
      options.answerWithinMs ?? Math.max(15_000, leaseMs + marginMs),
      1,
    ),
    seed: options.seed ?? randomInt(2 ** 32),
    countEffects: options.countEffects,
    expectConflict:
      options.expectConflict === undefined
        ? undefined
        : whole('expectConflict', options.expectConflict, 400, 499),
    conflictBody: options.conflictBody === undefined ? undefined : bytesOf(options.conflictBody),
    as: anotherCaller(options),
    secondTarget: options.secondUrl === undefined ? undefined : sameOrigin(url, options.secondUrl),
    limited: headersGiven('limited', options.limited),
    refused: headersGiven('refused', options.refused),
    kill: options.kill,
    restart: options.restart,
  }
}

/** How long an answer that isn't the outcome may be all that a key gives. */
export function patienceMs({ leaseMs, marginMs }: HttpProofTerms): number {
  return leaseMs + marginMs
}

function urlIn(option: string, given: string | URL): URL {
  const url = URL.parse(String(given))
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new OptionInvalid(option, 'give a URL that begins with http:// or https://')
  }
  return url
}

function sameOrigin(url: URL, given: string | URL): string {
  const second = urlIn('secondUrl', given)
  if (second.origin !== url.origin) throw new OptionInvalid('secondUrl', 'give one of the same origin as url')
  if (second.pathname === url.pathname)
    throw new OptionInvalid('secondUrl', 'give another path than that of url')
  return second.pathname + second.search
}

function methodIn(method: string): string {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(method))
    throw new OptionInvalid('method', 'give a method of HTTP')
  return method.toUpperCase()
}

/** Set by whoever writes the request: a second one would make two requests of one. */
const ownFields: ReadonlySet<string> = new Set([
  'content-length',
  'transfer-encoding',
  'connection',
  'expect',
])

function headersGiven(option: string, lines: WireLines | undefined): WireLines | undefined {
  return lines === undefined || lines.length === 0 ? undefined : headersIn(option, lines)
}

function anotherCaller({ headers = [], as }: HttpProofOptions): WireLines | undefined {
  const lines = headersGiven('as', as)
  const isSame = ([name, value]: WireLines[number]): boolean =>
    headers.some(([of, given]) => of.toLowerCase() === name.toLowerCase() && given === value)
  if (lines?.every(isSame)) {
    throw new OptionInvalid('as', 'give the credentials of another caller than headers has')
  }
  return lines
}

function headersIn(option: string, lines: WireLines): WireLines {
  for (const [name, value] of lines) {
    nameIn(option, name)
    try {
      validateHeaderValue(name, value)
    } catch {
      throw new OptionInvalid(option, `give ${name} a value that HTTP allows`)
    }
    if (ownFields.has(name.toLowerCase()))
      throw new OptionInvalid(option, `leave out ${name}, which is set by itself`)
  }
  return lines
}

function nameIn(option: string, name: string): string {
  try {
    validateHeaderName(name)
  } catch {
    throw new OptionInvalid(option, 'give field names that HTTP allows')
  }
  return name
}

function withType(headers: WireLines, body: Uint8Array): WireLines {
  const typed = headers.some(([name]) => name.toLowerCase() === 'content-type')
  return typed || !isJson(body) ? headers : [...headers, ['Content-Type', 'application/json']]
}

function isJson(body: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    return true
  } catch {
    return false
  }
}

function bytesOf(body: string | Uint8Array): Uint8Array {
  return typeof body === 'string' ? new TextEncoder().encode(body) : body
}

function staggerIn({ least, most }: { readonly least: number; readonly most: number }): {
  least: number
  most: number
} {
  atLeast('staggerMs', least, 0)
  return { least, most: atLeast('staggerMs', most, least) }
}

function atLeast(option: string, value: number, least: number): number {
  if (!(value >= least && value <= 2 ** 31 - 1)) {
    throw new OptionInvalid(option, `give a number of milliseconds from ${least}`)
  }
  return value
}

function whole(option: string, value: number, least: number, most: number): number {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new OptionInvalid(option, `give a whole number from ${least} to ${most}`)
  }
  return value
}
