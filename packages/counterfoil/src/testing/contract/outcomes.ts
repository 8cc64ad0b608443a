import type { ContractCase } from '../contract-case.ts'
import { seeded } from '../random.ts'
import { firstFence, released, requestWith, retryOf } from '../requests.ts'
import { expectSame, expectThat } from '../violation.ts'
import { lockstepCase } from './case-of.ts'

const outcomes: Readonly<Record<string, () => Uint8Array>> = {
  'no bytes': () => new Uint8Array(),
  'one zero byte': () => new Uint8Array(1),
  'every byte': () => Uint8Array.from({ length: 256 }, (_, byte) => byte),
  'what is not UTF-8': () => Uint8Array.of(0xc3, 0x28, 0xff, 0xfe, 0xed, 0xa0, 0x80),
  'a line end at either end': () => Uint8Array.of(10, 65, 13, 10),
  '1 MiB': () => randomBytes(2 ** 20),
}

/** What was settled comes back unchanged, by whatever verb. */
export const outcomesComeBack: readonly ContractCase[] = Object.entries(outcomes).map(([name, make]) =>
  lockstepCase('outcomes', `an outcome of ${name} comes back byte for byte`, async (store) => {
    const bytes = make()
    for (const as of ['succeeded', 'failed'] as const) {
      const request = requestWith()
      await store.claim(request)
      // The caller's buffer may be part of a larger one.
      const larger = new Uint8Array(bytes.length + 7)
      larger.set(bytes, 3)
      await store.settle(firstFence(request), { as, outcome: larger.subarray(3, 3 + bytes.length) })
      const replay = await store.claim(retryOf(request))
      expectThat(replay.kind === 'replay' && replay.receipt.state === as, `a replay of ${as}`, replay.kind)
      expectSame('the outcome', bytes, replay.receipt.outcome)
    }
    const refused = requestWith({ request: bytes })
    await store.claim(refused)
    expectSame('the kept request', bytes, store.known(refused.id)?.request)
    await store.settle(firstFence(refused), { ...released(), outcome: bytes } as ReturnType<typeof released>)
    const stored = store.known(refused.id)
    expectThat(stored?.state === 'failed', 'released', stored?.state)
    expectSame('the refusal', bytes, stored.outcome)
  }),
)

function randomBytes(length: number): Uint8Array {
  const random = seeded(length)
  return Uint8Array.from({ length }, () => random.int(256))
}
