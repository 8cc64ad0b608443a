import { validateHeaderName, validateHeaderValue } from 'node:http'
import { OptionInvalid } from '../../../core/index.ts'
import type { WireLines } from '../../wire.ts'
import type { HttpProofOptions } from './options.ts'

// Each takes an option as it was given, and refuses by the option's name what no request could be made of.

export function urlIn(option: string, given: string | URL): URL {
  const url = URL.parse(String(given))
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new OptionInvalid(option, 'give a URL that begins with http:// or https://')
  }
  return url
}

export function sameOrigin(url: URL, given: string | URL): string {
  const second = urlIn('secondUrl', given)
  if (second.origin !== url.origin) throw new OptionInvalid('secondUrl', 'give one of the same origin as url')
  if (second.pathname === url.pathname)
    throw new OptionInvalid('secondUrl', 'give another path than that of url')
  return second.pathname + second.search
}

export function methodIn(method: string): string {
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

export function headersGiven(
  option: string,
  lines: WireLines | undefined,
  keyHeader: string,
): WireLines | undefined {
  return lines === undefined || lines.length === 0 ? undefined : headersIn(option, lines, keyHeader)
}

export function anotherCaller(
  { headers = [], as }: HttpProofOptions,
  keyHeader: string,
): WireLines | undefined {
  const lines = headersGiven('as', as, keyHeader)
  const isSame = ([name, value]: WireLines[number]): boolean =>
    headers.some(([of, given]) => of.toLowerCase() === name.toLowerCase() && given === value)
  if (lines?.every(isSame)) {
    throw new OptionInvalid('as', 'give the credentials of another caller than headers has')
  }
  return lines
}

/** @param keyHeader which every request has with a key of its own: a second one would make it malformed */
export function headersIn(option: string, lines: WireLines, keyHeader: string): WireLines {
  for (const [name, value] of lines) {
    nameIn(option, name)
    try {
      validateHeaderValue(name, value)
    } catch {
      throw new OptionInvalid(option, `give ${name} a value that HTTP allows`)
    }
    if ([...ownFields, keyHeader.toLowerCase()].includes(name.toLowerCase()))
      throw new OptionInvalid(option, `leave out ${name}, which is set by itself`)
  }
  return lines
}

export function nameIn(option: string, name: string): string {
  try {
    validateHeaderName(name)
  } catch {
    throw new OptionInvalid(option, 'give field names that HTTP allows')
  }
  return name
}

export function withType(headers: WireLines, body: Uint8Array): WireLines {
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

export function bytesOf(body: string | Uint8Array): Uint8Array {
  return typeof body === 'string' ? new TextEncoder().encode(body) : body
}

export function staggerIn({ least, most }: { readonly least: number; readonly most: number }): {
  least: number
  most: number
} {
  atLeast('staggerMs', least, 0)
  return { least, most: atLeast('staggerMs', most, least) }
}

export function atLeast(option: string, value: number, least: number): number {
  if (!(value >= least && value <= 2 ** 31 - 1)) {
    throw new OptionInvalid(option, `give a number of milliseconds from ${least}`)
  }
  return value
}
