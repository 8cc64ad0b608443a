import { randomInt } from 'node:crypto'
import type { WireLines } from '../../wire.ts'
import { whole } from '../whole.ts'
import {
  anotherCaller,
  atLeast,
  bytesOf,
  headersGiven,
  headersIn,
  methodIn,
  nameIn,
  sameOrigin,
  staggerIn,
  urlIn,
  withType,
} from './option-values.ts'
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
  const keyHeader = nameIn('keyHeader', options.keyHeader ?? 'Idempotency-Key')
  return {
    url,
    body,
    leaseMs,
    marginMs,
    method: methodIn(options.method ?? 'POST'),
    headers: headersIn('headers', withType(options.headers ?? [], body), keyHeader),
    keyHeader,
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
    as: anotherCaller(options, keyHeader),
    secondTarget: options.secondUrl === undefined ? undefined : sameOrigin(url, options.secondUrl),
    limited: headersGiven('limited', options.limited, keyHeader),
    refused: headersGiven('refused', options.refused, keyHeader),
    kill: options.kill,
    restart: options.restart,
  }
}

/** How long an answer that isn't the outcome may be all that a key gives. */
export function patienceMs({ leaseMs, marginMs }: HttpProofTerms): number {
  return leaseMs + marginMs
}
