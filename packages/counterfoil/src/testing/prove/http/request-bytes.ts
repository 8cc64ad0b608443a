import type { WireLines } from '../../wire.ts'
import type { Asked } from './exchange.ts'
import type { Shot } from './shooting/shot.ts'
import type { HttpProofTerms } from './terms.ts'

/** How the proof writes a key: bare, or as an RFC 9651 String. Some services take one of them only. */
export type KeySpelling = 'bare' | 'quoted'

export function spelt(key: string, spelling: KeySpelling): string {
  return spelling === 'bare' ? key : `"${key}"`
}

/** @param key the round's */
export function shotOf(
  asked: Asked,
  terms: HttpProofTerms,
  keys: { readonly key: string; readonly spelling: KeySpelling },
  afterMs: number,
): Shot {
  const { url, method, body: given } = terms
  const { target = url.pathname + url.search, leavesAfterMs = null } = asked
  const body = bodyFor(asked.key ?? keys.key, asked.body ?? given)
  const lines: WireLines = [
    ['Host', url.host],
    ['User-Agent', 'counterfoil-prove'],
    ['Accept', '*/*'],
    ...credentialsIn(url),
  ]
  const own = replacedBy(lines, [...terms.headers, ...(asked.headers ?? [])], asked.headers ?? [])
  const all = [...own, ...keyLines(asked, terms, keys), ...framing(method, body)]
  const head = `${method} ${target} HTTP/1.1\r\n${all.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
  return { method, head, body, afterMs, leavesAfterMs }
}

/** Where `{key}` stands in it, its key does: what must be unique is so, and an effect can be found by its key. */
function bodyFor(key: string, body: Uint8Array): Uint8Array {
  const text = Buffer.from(body).toString('latin1')
  return text.includes('{key}') ? Buffer.from(text.replaceAll('{key}', key), 'latin1') : body
}

/** The lines of both, without those of `lines` that `given` names, and those of `given` that `stronger` names besides. */
function replacedBy(lines: WireLines, given: WireLines, stronger: WireLines): WireLines {
  const names = new Set(given.map(([name]) => name.toLowerCase()))
  const overruled = new Set(stronger.map(([name]) => name.toLowerCase()))
  return [
    ...lines.filter(([name]) => !names.has(name.toLowerCase())),
    ...given.filter((line) => !overruled.has(line[0].toLowerCase()) || stronger.includes(line)),
  ]
}

function credentialsIn({ username, password }: URL): WireLines {
  if (username === '' && password === '') return []
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return [['Authorization', `Basic ${Buffer.from(pair).toString('base64')}`]]
}

function keyLines(
  { key, keyLines }: Asked,
  { keyHeader }: HttpProofTerms,
  own: { readonly key: string; readonly spelling: KeySpelling },
): WireLines {
  if (keyLines !== undefined) return keyLines.map((value) => [keyHeader, value])
  return key === null ? [] : [[keyHeader, spelt(key ?? own.key, own.spelling)]]
}

function framing(method: string, body: Uint8Array): WireLines {
  const none = body.length === 0 && !['POST', 'PUT', 'PATCH'].includes(method)
  return none ? [] : [['Content-Length', String(body.length)]]
}
