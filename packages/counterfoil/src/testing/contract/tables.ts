import { randomUUID } from 'node:crypto'
import type {
  ClaimRequest,
  Fence,
  HandChange,
  HandTarget,
  ReceiptState,
  Settlement,
} from '../../core/index.ts'
import { fenceOf } from '../../core/index.ts'
import { type ContractCase, type ContractTopic, withHandles } from '../contract-case.ts'
import { Lockstep } from '../lockstep.ts'
import {
  BACK_OFF_MS,
  byHand,
  bytesOf,
  digestOf,
  failed,
  fingerprintOf,
  firstFence,
  holdPolicies,
  LEASE_MS,
  released,
  rerunPolicies,
  retryOf,
  succeeded,
} from '../requests.ts'
import { type Built, built, type Situation, situations, storedPolicies } from './situations.ts'

/** What is asked of a receipt in a situation, and a line about it for a failure's message. */
interface Question {
  readonly says: string
  ask(store: Lockstep): Promise<unknown>
}

/**
 * Every situation met by every question, each compared with its decision. An answer that changed the receipt is
 * followed by a receipt built anew; one that didn't is followed by the next question on the same receipt, which
 * shows that nothing has changed.
 */
export const decisionTables: readonly ContractCase[] = [
  ...table('claim table', 'claims on a receipt that is', claims),
  ...table('settle table', 'writes under a fence to a receipt that is', fencedWrites),
  ...table('by-hand table', "an operator's changes to a receipt that is", changesByHand),
  ...table('sweep table', 'sweeps over a receipt that is', sweeps),
]

function table(
  topic: ContractTopic,
  says: string,
  questions: (on: Built) => readonly Question[],
): ContractCase[] {
  return situations.map((situation) => ({
    topic,
    name: `${says} ${situation.name} are answered as decided, under each guarantee`,
    needs: null,
    run: (subject) =>
      withHandles(subject, 2, async ([store, reader = store]) => {
        const lockstep = new Lockstep(store, reader)
        for (const policies of storedPolicies) {
          await askAll(lockstep, situation, { policies, credentials: digestOf('the caller') }, questions)
        }
      }),
  }))
}

async function askAll(
  store: Lockstep,
  situation: Situation,
  given: Partial<ClaimRequest>,
  questions: (on: Built) => readonly Question[],
): Promise<void> {
  let on = await built(store, situation, given)
  let asked = questions(on)
  for (let index = 0; index < asked.length; index += 1) {
    const question = asked[index] as Question
    try {
      await question.ask(store)
    } catch (error) {
      if (error instanceof Error) error.message = `${question.says}: ${error.message}`
      throw error
    }
    if (!changed(store, on)) continue
    on = await built(store, situation, given)
    asked = questions(on)
  }
}

/** The lockstep reads a new object each time; what tells a change is the state, the attempt and their times. */
function changed(store: Lockstep, { first, stored }: Built): boolean {
  return JSON.stringify(store.known(first.id)) !== JSON.stringify(stored)
}

function claims({ first, stored }: Built): readonly Question[] {
  const tokens = {
    'a new token': randomUUID(),
    "the first claim's token": first.token,
    'the stored token': stored?.token,
  }
  const fingerprints = {
    'the same request': first.fingerprint,
    'another request': fingerprintOf('another request'),
    'another algorithm': fingerprintOf('the request', 2),
  }
  const credentials = {
    'the same caller': first.credentials,
    'another caller': digestOf('another'),
  }
  const policies = {
    hold: holdPolicies,
    rerun: rerunPolicies,
    'final and rerun': { onFailure: 'final', onAbandoned: 'rerun' } as const,
  }
  return Object.entries(tokens).flatMap(([tokenName, token]) =>
    Object.entries(fingerprints).flatMap(([fingerprintName, fingerprint]) =>
      Object.entries(credentials).flatMap(([callerName, caller]) =>
        Object.entries(policies).flatMap(([policiesName, wanted]) =>
          (['run', 'run_or_recover', 'recover'] as const).map((intent) => ({
            says: `${intent} with ${tokenName}, ${fingerprintName}, ${callerName}, ${policiesName}`,
            ask: (store: Lockstep) =>
              store.claim(
                retryOf(first, {
                  token: token ?? randomUUID(),
                  fingerprint,
                  credentials: caller,
                  policies: wanted,
                  intent,
                  // Other terms than the first claim's, to see which of them are taken over.
                  leaseMs: 2 * LEASE_MS,
                  ttlMs: 2 * first.ttlMs,
                  keyRetentionMs: 3 * first.keyRetentionMs,
                  request: intent === 'run' ? bytesOf('the request, kept') : null,
                }),
              ),
          })),
        ),
      ),
    ),
  )
}

function fencedWrites({ first, stored }: Built): readonly Question[] {
  const own = stored ? fenceOf(stored) : firstFence(first)
  const fences: Readonly<Record<string, Fence>> = {
    'another incarnation': { ...own, incarnation: randomUUID() },
    'an earlier attempt': { ...own, attempt: own.attempt - 1 },
    'a later attempt': { ...own, attempt: own.attempt + 1 },
    'another token': { ...own, token: randomUUID() },
    'the first fence': firstFence(first),
    'the stored fence': own,
  }
  const settlements: readonly Settlement[] = [
    succeeded('another success'),
    failed('another failure'),
    released('stands', 'another refusal'),
    released('cleared', 'another refusal'),
    released('stands', null),
  ]
  return Object.entries(fences).flatMap(([says, fence]) => [
    ...settlements.flatMap((settlement) =>
      (['fence', 'fence and receipt'] as const).map((atHand) => ({
        says: `settle as ${settlement.as} under ${says}, with ${atHand} at hand`,
        ask: async (store: Lockstep) => {
          await store.settle(fence, settlement, atHand)
          await store.settle(fence, succeeded('sent twice'), atHand)
        },
      })),
    ),
    { says: `yield under ${says}`, ask: (store) => store.yield(fence, BACK_OFF_MS) },
    { says: `renew under ${says}`, ask: (store) => store.renew(fence, 3 * LEASE_MS) },
    { says: `refused under ${says}`, ask: (store) => store.refused(fence, 'charge', 1) },
    { says: `refused, said before, under ${says}`, ask: (store) => store.refused(fence, 'charge', 0) },
    { says: `saveStep under ${says}`, ask: (store) => store.saveStep(fence, 'notify', bytesOf('notified')) },
  ])
}

function changesByHand({ first, stored }: Built): readonly Question[] {
  const seen: HandTarget = stored
    ? { id: stored.id, incarnation: stored.incarnation, attempt: stored.attempt, state: stored.state }
    : { id: first.id, incarnation: first.incarnation, attempt: 1, state: 'in_progress' }
  const otherState: ReceiptState = seen.state === 'failed' ? 'in_progress' : 'failed'
  const targets: Readonly<Record<string, HandTarget>> = {
    'another incarnation': { ...seen, incarnation: randomUUID() },
    'another attempt': { ...seen, attempt: seen.attempt + 1 },
    'another state': { ...seen, state: otherState },
    'the receipt as seen': seen,
  }
  const changes: readonly HandChange[] = [
    byHand({ do: 'resolve', as: 'succeeded', outcome: bytesOf('it happened') }),
    byHand({ do: 'resolve', as: 'failed', outcome: bytesOf('it failed') }),
    byHand({ do: 'release' }),
    { ...byHand({ do: 'release' }), note: null },
  ]
  return Object.entries(targets).flatMap(([says, target]) =>
    changes.map((change) => ({
      says: `${change.do} by hand of ${says}`,
      ask: async (store: Lockstep) => {
        const before = store.known(target.id)
        await store.changeByHand(target, change)
        // Whoever held it before is a zombie now: its settle must lose, or be told what is stored.
        if (before) await store.settle(fenceOf(before), succeeded('by a zombie'))
      },
    })),
  )
}

function sweeps(): readonly Question[] {
  return [
    { says: 'sweep', ask: (store) => store.sweep(100) },
    { says: 'sweep again', ask: (store) => store.sweep(100) },
  ]
}
