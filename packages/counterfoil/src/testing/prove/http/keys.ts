import { createHash, randomUUID } from 'node:crypto'

/** Keys that no other proof makes, though it has the same seed: what was kept under them would be found again. */
export function newKeys(seed: number): () => string {
  const run = randomUUID()
  let made = 0
  return () => {
    made += 1
    return uuidFrom(createHash('sha256').update(`${seed} ${run} ${made}`).digest('hex'))
  }
}

/** In the form of a random UUID (RFC 9562, version 4), for services that take no other key. */
function uuidFrom(hex: string): string {
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16)
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `${variant}${hex.slice(17, 20)}`]
  return [...parts, hex.slice(20, 32)].join('-')
}
