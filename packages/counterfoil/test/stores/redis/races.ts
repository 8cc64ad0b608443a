import type { ClaimRequest, ReceiptStore } from '../../../src/core/index.ts'
import * as scripts from '../../../src/stores/redis/scripts.ts'
import {
  ages,
  firstFence,
  LEASE_MS,
  requestWith,
  rerunPolicies,
  retryOf,
} from '../../../src/testing/requests.ts'
import { onRedis, openWith } from './on-redis.ts'

type Between = (other: ReceiptStore, first: ClaimRequest) => Promise<unknown>

/**
 * A claim has decided to take over a lapsed lease and is about to write so, by `replaceText`, when somebody else writes.
 * Each answers with what the claim is told.
 */
export const races: Readonly<
  Record<'two take over' | 'a renewal', (replaceText: string) => Promise<string>>
> = {
  'two take over': (text) =>
    race(text, (other, first) => other.claim(retryOf(first, { policies: rerunPolicies }))),
  'a renewal': (text) => race(text, (other, first) => other.renew(firstFence(first), LEASE_MS)),
}

async function race(replaceText: string, between: Between): Promise<string> {
  let told = 'nothing'
  await onRedis('node-redis', async (subject, prefix) => {
    const other = await subject.open()
    const first = requestWith({ policies: rerunPolicies })
    await other.claim(first)
    await other.age(first.id, ages.pastLease)
    let writes = 0
    const late = await openWith(
      { prefix },
      {
        text: (sha) => (sha === scripts.replace.sha ? replaceText : undefined),
        before: async (sha) => {
          if (sha === scripts.replace.sha && writes++ === 0) await between(other, first)
        },
      },
    )
    told = (await late.claim(retryOf(first, { policies: rerunPolicies }))).kind
    await late.close()
    await other.close()
  })
  return told
}
