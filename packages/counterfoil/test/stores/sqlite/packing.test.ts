import { expect, it } from 'vitest'
import type { Fence } from '../../../src/core/index.ts'
import { pack, unpack } from '../../../src/stores/sqlite/packing.ts'
import type { Write } from '../../../src/stores/sqlite/write.ts'
import { request } from '../../core/receipts.ts'

const fence: Fence = { id: 'ab'.repeat(32), incarnation: 'i', attempt: 1, token: 't' }

/** Bytes of every kind, and none; text that UTF-8 has no place for; a name that is no member of a plain object. */
const writes: readonly Write[] = [
  { do: 'claim', request: request({ request: null }) },
  { do: 'claim', request: request({ request: Uint8Array.of(1, 2, 3) }) },
  { do: 'settle', fence, settlement: { as: 'succeeded', outcome: new Uint8Array() } },
  { do: 'settle', fence, settlement: { as: 'released', outcome: null, doubt: 'cleared' } },
  { do: 'settle', fence, settlement: { as: 'failed', outcome: Uint8Array.of(0, 255) } },
  { do: 'settle_unchanged', fence, claimedAt: 3, generations: '{}', outcome: Uint8Array.of(5, 0) },
  { do: 'yield', fence, recoverAfterMs: 5 },
  { do: 'refused', fence, step: '__proto__\ud800"\\', generation: 2 },
  { do: 'save_step', fence, step: '\u0000', result: new Uint8Array(70_000).fill(7) },
  {
    do: 'change_by_hand',
    target: { id: fence.id, incarnation: 'i', attempt: 1, state: 'in_progress' },
    change: { do: 'resolve', as: 'failed', outcome: Uint8Array.of(9), by: 'me', note: null, token: 'n' },
  },
  {
    do: 'change_by_hand',
    target: { id: fence.id, incarnation: 'i', attempt: 1, state: 'failed' },
    change: { do: 'release', by: 'me', note: 'naïve \u2028', token: 'n' },
  },
]

it('gives the writing thread the writes as they were sent, in their order', () => {
  const unpacked = unpack(pack(1, writes))
  expect(unpacked).toEqual(writes)
})
