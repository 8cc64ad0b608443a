import { readFileSync } from 'node:fs'
import { type HttpProofOptions, httpScenarios } from 'counterfoil/testing'
import { CommandError } from '../../command-error.ts'
import { exitCodes } from '../../exit-codes.ts'
import { fieldIn, msIn, timerIn, wholeIn, wrong } from '../../values.ts'
import type { CounterFlags } from '../counters/open-counter.ts'
import type { ReportOptions } from '../report-proof.ts'
import type { ServiceCommandFlags } from '../service-commands.ts'

/** As commander gives them. What is left out, the engine's defaults decide. */
export interface ProveHttpFlags extends CounterFlags, ServiceCommandFlags, ReportOptions {
  readonly url: string
  readonly body?: string
  readonly method?: string
  readonly header?: readonly string[]
  readonly as?: readonly string[]
  readonly keyHeader?: string
  readonly guarantee?: 'at-most-once' | 'at-least-once'
  readonly lease?: string
  readonly margin?: string
  readonly late?: string
  readonly expectConflict?: string
  readonly requests?: string
  readonly processes?: string
  readonly rounds?: string
  readonly connections?: 'reuse' | 'fresh'
  readonly stagger?: string
  readonly seed?: string
  readonly only?: string
  readonly except?: string
  readonly conflictBody?: string
  readonly secondUrl?: string
  readonly limitedHeader?: readonly string[]
  readonly refusedHeader?: readonly string[]
  readonly iOwnThis?: true
}

type Field = readonly [name: string, value: string]

/** Which flag an option of the engine's comes from, for its errors. */
export const flagOf: Readonly<Partial<Record<keyof HttpProofOptions, string>>> = {
  url: '--url',
  body: '--body',
  method: '--method',
  headers: '--header',
  as: '--as',
  keyHeader: '--key-header',
  leaseMs: '--lease',
  marginMs: '--margin',
  lateMs: '--late',
  expectConflict: '--expect-conflict',
  requests: '--requests',
  processes: '--processes',
  rounds: '--rounds',
  staggerMs: '--stagger',
  seed: '--seed',
  only: '--only',
  conflictBody: '--conflict-body',
  secondUrl: '--second-url',
  limited: '--limited-header',
  refused: '--refused-header',
}

/** @throws {CommandError} one sentence that names the flag, and never a field's value or a body. */
export function optionsIn(flags: ProveHttpFlags): HttpProofOptions & { readonly url: URL } {
  return {
    url: urlIn('--url', flags.url),
    ...given('body', flags.body, (text) => bodyIn('--body', text)),
    ...given('method', flags.method, (text) => text),
    ...given('headers', flags.header, (lines) => fieldsIn('--header', lines)),
    ...given('as', flags.as, (lines) => fieldsIn('--as', lines)),
    ...given('keyHeader', flags.keyHeader, (text) => fieldIn('--key-header', text)),
    ...given('guarantee', flags.guarantee, (name) => name),
    ...given('leaseMs', flags.lease, (text) => timerIn('--lease', text)),
    ...given('marginMs', flags.margin, (text) => timerIn('--margin', text)),
    ...given('lateMs', flags.late, (text) => timerIn('--late', text)),
    ...given('expectConflict', flags.expectConflict, (text) => wholeIn('--expect-conflict', text)),
    ...given('requests', flags.requests, (text) => wholeIn('--requests', text)),
    ...given('processes', flags.processes, (text) => wholeIn('--processes', text)),
    ...given('rounds', flags.rounds, (text) => wholeIn('--rounds', text)),
    ...given('connections', flags.connections, (how) => how),
    ...given('staggerMs', flags.stagger, (text) => staggerIn('--stagger', text)),
    ...given('seed', flags.seed, (text) => wholeIn('--seed', text)),
    ...given('only', flags.only, idsIn),
    ...given('only', flags.except, allBut),
    ...given('conflictBody', flags.conflictBody, (text) => bodyIn('--conflict-body', text)),
    ...given('secondUrl', flags.secondUrl, (text) => urlIn('--second-url', text)),
    ...given('limited', flags.limitedHeader, (lines) => fieldsIn('--limited-header', lines)),
    ...given('refused', flags.refusedHeader, (lines) => fieldsIn('--refused-header', lines)),
    ...given('iOwnThis', flags.iOwnThis, (owned) => owned),
  }
}

function given<Name extends keyof HttpProofOptions, Value>(
  name: Name,
  value: Value | undefined,
  read: (value: Value) => HttpProofOptions[Name],
): Partial<Pick<HttpProofOptions, Name>> {
  return value === undefined ? {} : ({ [name]: read(value) } as Partial<Pick<HttpProofOptions, Name>>)
}

function idsIn(list: string): readonly string[] {
  return list.split(',').map((id) => id.trim())
}

function allBut(list: string): readonly string[] {
  const known = httpScenarios.map(({ id }) => id)
  const left = idsIn(list)
  const unknown = left.find((id) => !known.includes(id))
  if (unknown !== undefined) return wrong('--except', unknown, `give one or more of: ${known.join(', ')}`)
  return known.filter((id) => !left.includes(id))
}

function urlIn(flag: string, text: string): URL {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return wrong(flag, text, 'give a URL such as http://127.0.0.1:3000/charges')
  }
  if (url.username !== '' || url.password !== '') {
    throw new CommandError(
      exitCodes.usage,
      `${flag} must hold no user and no password: give --header 'Authorization: …'.`,
    )
  }
  return url
}

function bodyIn(flag: string, text: string): string | Uint8Array {
  if (!text.startsWith('@')) return text
  try {
    return readFileSync(text.slice(1))
  } catch (error) {
    throw new CommandError(
      exitCodes.usage,
      `${flag} can't read ${text.slice(1)} (${(error as NodeJS.ErrnoException).code}): name a file that is there.`,
      { cause: error },
    )
  }
}

function fieldsIn(flag: string, lines: readonly string[]): readonly Field[] {
  return lines.map((line) => {
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) return [name, value.trimEnd()]
    throw new CommandError(
      exitCodes.usage,
      `${flag} must be a field's name and its value: 'Authorization: …'.`,
    )
  })
}

/** `0..50ms`, `10ms..1s`, or `50ms` for as much from nothing. */
function staggerIn(flag: string, text: string): { readonly least: number; readonly most: number } {
  const [, from = '0', to = ''] = /^(?:(\w+)\.\.)?(\d+\w+)$/.exec(text) ?? []
  if (to === '') return wrong(flag, text, 'give the least and the most, such as 0..50ms')
  const unit = to.replace(/^\d+/, '')
  return { least: msIn(flag, /^\d+$/.test(from) ? from + unit : from), most: msIn(flag, to) }
}
