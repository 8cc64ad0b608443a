import type { StoreTime } from '../../core/index.ts'
import type { Write } from './write.ts'

/**
 * Writes on their way to the worker: their facts as one JSON text, and all their bytes in one piece of memory that
 * changes hands. Posted as objects each write cost about 20 µs on the two threads together, packed it costs 5
 * (`npm run bench -- --only sqlite,first-time,64`).
 */
export interface Packed {
  readonly latest: StoreTime
  readonly facts: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** A write whose bytes stand elsewhere: `null` where it has none. */
type Stripped = readonly [write: Write, length: number | null]

export function pack(latest: StoreTime, writes: readonly Write[]): Packed {
  const stripped: Stripped[] = []
  const pieces: Uint8Array[] = []
  let total = 0
  for (const write of writes) {
    const piece = bytesOf(write)
    stripped.push([piece === null ? write : withBytes(write, null), piece === null ? null : piece.length])
    if (piece === null) continue
    pieces.push(piece)
    total += piece.length
  }
  const bytes = new Uint8Array(total)
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return { latest, facts: JSON.stringify(stripped), bytes }
}

export function unpack({ facts, bytes }: Packed): Write[] {
  let at = 0
  return (JSON.parse(facts) as Stripped[]).map(([write, length]) => {
    if (length === null) return write
    at += length
    return withBytes(write, bytes.subarray(at - length, at))
  })
}

/** A write carries one piece of bytes at the most. */
function bytesOf(write: Write): Uint8Array | null {
  switch (write.do) {
    case 'claim':
      return write.request.request
    case 'settle':
      return write.settlement.outcome
    case 'settle_unchanged':
      return write.outcome
    case 'save_step':
      return write.result
    case 'change_by_hand':
      return write.change.do === 'resolve' ? write.change.outcome : null
    default:
      return null
  }
}

function withBytes(write: Write, bytes: Uint8Array | null): Write {
  switch (write.do) {
    case 'claim':
      return { ...write, request: { ...write.request, request: bytes } }
    case 'settle':
      return { ...write, settlement: { ...write.settlement, outcome: bytes } } as Write
    case 'settle_unchanged':
      return { ...write, outcome: bytes } as Write
    case 'save_step':
      return { ...write, result: bytes } as Write
    case 'change_by_hand':
      return { ...write, change: { ...write.change, outcome: bytes } } as Write
    default:
      return write
  }
}
