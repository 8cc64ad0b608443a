import { encodeOutcome, type HandAnswer, type HandTarget, jsonCodec } from '../../../src/index.ts'
import type { Run } from './run.ts'

/** Looks, finds out what really happened, and settles or releases: truthfully, but some time after having looked. */
export async function operate(run: Run, id: string): Promise<void> {
  const { store, time, random, books } = run
  const { receipt, now } = await store.read(id)
  if (receipt === undefined || receipt.state !== 'in_progress' || receipt.leaseEndsAt > now) return
  const target: HandTarget = receipt
  time.after(random.int(500), async () => {
    const truth = books.truthOf(id)
    if (truth.found === 'unknown' || 'response' in truth) return
    const by = { by: 'an operator', note: null, token: `by hand ${random.int(2 ** 32)}` }
    const answer: HandAnswer = await store.changeByHand(
      target,
      truth.found === 'did_not_happen'
        ? { ...by, do: 'release' }
        : { ...by, do: 'resolve', as: 'succeeded', outcome: outcomeSaying(truth.value) },
    )
    run.judge(() => books.changedByHand(id, answer))
  })
}

function outcomeSaying(value: string): Uint8Array {
  return encodeOutcome({ kind: 'value', value: jsonCodec.encode(value) })
}
