import type { Receipt } from 'counterfoil'
import { visibleName } from '../terminal/visible.ts'

/** Fewer characters than these, and a part of a key gives away too much of it. */
const longEnoughToHint = 16
const hint = 4

/**
 * A key as lists show it. Whoever holds a key can read an answer with it, so that a list that is pasted into a
 * ticket must not carry it: a long one keeps its first four characters, to be recognised by; a short one none.
 */
export function maskedKey(key: Receipt['key']): string {
  if (key === null) return notInClear
  const characters = Array.from(key)
  return characters.length < longEnoughToHint ? '…' : `${visibleName(characters.slice(0, hint).join(''))}…`
}

export function clearKey(key: Receipt['key']): string {
  return key === null ? notInClear : visibleName(key)
}

const notInClear = '(hashed)'

/** Enough of an id to name a receipt among millions, and what `--id` takes. */
export function shortId(id: string): string {
  return id.slice(0, 12)
}
