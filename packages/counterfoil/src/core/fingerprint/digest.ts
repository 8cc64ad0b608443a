import { hash } from 'node:crypto'
import { Utf8Text } from './utf8-text.ts'

/**
 * SHA-256, as 64 hex digits, over fields that each say their kind and length: what has other fields, or is of another
 * kind or version, has another text to be hashed.
 */
export function digestOf(version: number, kind: string, fields: readonly string[]): string {
  return sha256(`counterfoil fingerprint ${version}\n${textField(kind)}${fields.join('')}`)
}

let spare: Utf8Text | undefined

/** The same over one text field, as its writer puts it together. */
export function digestOfText(version: number, kind: string, write: (text: Utf8Text) => void): string {
  const text = spare ?? new Utf8Text()
  // Meanwhile it is nobody else's: a getter in what is written may come here.
  spare = undefined
  write(text)
  const digest = sha256(text.after(`counterfoil fingerprint ${version}\n${textField(kind)}t${text.length}:`))
  spare = text.emptied()
  return digest
}

// The lengths count UTF-16 code units: all that is hashed is well-formed, and so has one reading in UTF-8 only.
export function textField(text: string): string {
  if (text.isWellFormed()) return `t${text.length}:${text}`
  // UTF-8 has one replacement for every half of a surrogate pair; this keeps them apart.
  const escaped = JSON.stringify(text)
  return `j${escaped.length}:${escaped}`
}

export function bytesField(bytes: Uint8Array): string {
  return `b${bytes.byteLength}:${sha256(bytes)}`
}

/** How many items follow. */
export function countField(count: number): string {
  return `n${count}:`
}

export const ABSENT_FIELD = '-'

function sha256(input: string | Uint8Array): string {
  return hash('sha256', input, 'hex')
}
