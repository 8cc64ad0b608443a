import { setTimeout } from 'node:timers/promises'
import { type ClaimRequest, fenceOf } from '../../core/index.ts'
import { requestWith, rerunPolicies, retryOf, succeeded } from '../requests.ts'
import type { Recorder } from './recorder.ts'
import type { ZombiesPlan } from './storm-plan.ts'

/** Times a lease: how long a holder stops, how often a waiter looks, and how long anybody goes on. */
const STOPS_FOR = 2
const LOOKS_EVERY = 0.2
const LOOKS = 100

/** For each key, until it replays: whoever is granted the first attempt stops past its lease, whoever takes over settles. */
export async function haunt(recorder: Recorder, { keys, leaseMs }: ZombiesPlan): Promise<void> {
  const pursuits = keys.map((key) => pursue(recorder, requestWith({ key, leaseMs, policies: rerunPolicies })))
  await Promise.all(pursuits)
}

async function pursue(recorder: Recorder, first: ClaimRequest): Promise<void> {
  for (let look = 0; look < LOOKS; look += 1) {
    const answer = await recorder.claim(retryOf(first))
    if (answer?.kind === 'replay') return
    if (answer?.kind === 'claimed') {
      const { receipt } = answer
      if (receipt.attempt === 1) await setTimeout(STOPS_FOR * first.leaseMs)
      await recorder.settle(receipt, succeeded(receipt.token))
      await recorder.renew(fenceOf(receipt), first.leaseMs)
    } else await setTimeout(LOOKS_EVERY * first.leaseMs)
  }
}
