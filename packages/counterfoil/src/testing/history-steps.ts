import type { ClaimRequest } from '../core/index.ts'
import type { Random } from './random.ts'
import type { ages } from './requests.ts'

/**
 * One step of a history, as data: it can be printed, shrunk and run again. Keys, callers and grants are small
 * numbers; the run turns them into a receipt, a token and a fence.
 */
export type HistoryStep =
  | {
      readonly do: 'claim'
      readonly key: number
      /** The same caller is the same token: it sends its claim again. */
      readonly caller: number
      readonly intent: ClaimRequest['intent']
      readonly policies: 'hold' | 'rerun'
      readonly request: 'same' | 'other' | 'other algorithm'
      readonly credentials: 'same' | 'other'
    }
  /** `grant`: 0 is the fence that was granted last in this history, 1 the one before, and so on around. */
  | {
      readonly do: 'settle'
      readonly grant: number
      readonly as: 'succeeded' | 'failed' | 'released' | 'released, doubt cleared'
      readonly atHand: 'fence' | 'fence and receipt'
    }
  | { readonly do: 'renew' | 'yield' | 'saveStep'; readonly grant: number }
  | { readonly do: 'refused'; readonly grant: number; readonly generation: number }
  | {
      readonly do: 'by hand'
      readonly key: number
      readonly change: 'succeeded' | 'failed' | 'release'
      readonly seen: 'now' | 'before it moved on'
    }
  | { readonly do: 'age'; readonly key: number; readonly past: keyof typeof ages }
  | { readonly do: 'sweep'; readonly limit: number }
  | { readonly do: 'look' }

export const historyKeys = 3
export const historyCallers = 5

function randomStep(random: Random): HistoryStep {
  const key = random.int(historyKeys)
  // Mostly the latest, so that most settles are accepted; the others are zombies.
  const grant = random.weighted([
    [6, 0],
    [2, 1],
    [1, random.int(8)],
  ])
  return random.weighted<() => HistoryStep>([
    [
      10,
      () => ({
        do: 'claim',
        key,
        caller: random.int(historyCallers),
        intent: random.weighted([
          [4, 'run'],
          [2, 'run_or_recover'],
          [1, 'recover'],
        ]),
        policies: random.pick(['hold', 'rerun']),
        request: random.weighted([
          [12, 'same'],
          [1, 'other'],
          [1, 'other algorithm'],
        ]),
        credentials: random.weighted([
          [12, 'same'],
          [1, 'other'],
        ]),
      }),
    ],
    [
      5,
      () => ({
        do: 'settle',
        grant,
        as: random.pick(['succeeded', 'failed', 'released', 'released', 'released, doubt cleared']),
        atHand: random.pick(['fence', 'fence and receipt']),
      }),
    ],
    [2, () => ({ do: random.pick(['renew', 'yield', 'saveStep']), grant })],
    [1, () => ({ do: 'refused', grant, generation: random.int(3) })],
    [
      1,
      () => ({
        do: 'by hand',
        key,
        change: random.pick(['succeeded', 'failed', 'release']),
        seen: random.weighted([
          [3, 'now'],
          [1, 'before it moved on'],
        ]),
      }),
    ],
    [
      5,
      () => ({
        do: 'age',
        key,
        past: random.weighted([
          [2, 'withinLease'],
          [4, 'pastLease'],
          [2, 'pastBackOff'],
          [2, 'pastTtl'],
          [1, 'pastRetention'],
          [1, 'pastPatience'],
        ]),
      }),
    ],
    [1, () => ({ do: 'sweep', limit: random.pick([1, 2, 100]) })],
    [1, () => ({ do: 'look' })],
  ])()
}

export function randomHistory(random: Random, length: number): readonly HistoryStep[] {
  return Array.from({ length }, () => randomStep(random))
}
