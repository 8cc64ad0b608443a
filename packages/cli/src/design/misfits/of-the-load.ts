import { durationText } from 'counterfoil'
import { countText, sizeText } from '../../terminal/size.ts'
import type { Answers } from '../answers/answers.ts'
import { sizingOf } from '../sizing/sizing.ts'
import { type Misfit, none, type Rule } from './misfit.ts'

export const loadRules: readonly Rule[] = [peaksAreHigher, usualIsShorter, thereIsRoom, outcomesAreSmall]

function peaksAreHigher({ load }: Answers): readonly Misfit[] {
  if (load.peakPerSecond >= load.perSecond) return none
  return [
    {
      id: 'peak-below-the-mean',
      about: ['load.peak-per-second', 'load.per-second'],
      says: 'the peak is lower than the mean.',
      change: 'Give the rate of the busiest seconds as the peak.',
    },
  ]
}

function usualIsShorter({ operation }: Answers): readonly Misfit[] {
  if (operation.usualMs <= operation.longestMs) return none
  return [
    {
      id: 'usual-above-the-longest',
      about: ['operation.usual-duration', 'operation.longest-duration'],
      says: 'it usually takes longer than it takes at most.',
      change: 'Give the median as usual, and the time after which it is given up as longest.',
    },
  ]
}

function thereIsRoom(answers: Answers): readonly Misfit[] {
  const { bytes, receipts, tombstones } = sizingOf(answers)
  if (bytes <= answers.store.roomBytes) return none
  return [
    {
      id: 'no-room',
      about: ['store.room', 'keep.key', 'keep.outcome', 'load.per-second'],
      says: `${countText(answers.load.perSecond)} requests a second, remembered for ${durationText(answers.keep.keyMs)}, are ${countText(receipts + tombstones)} receipts of ${sizeText(bytes)}, and there is room for ${sizeText(answers.store.roomBytes)}: a full store takes no new claim.`,
      change: 'Keep outcomes for a shorter time, keep a reference in place of a large outcome, or make room.',
    },
  ]
}

const MOST_HELD_BACK = 1024 ** 3

/** A response leaves once its receipt is settled: until then it is in memory. */
function outcomesAreSmall(answers: Answers): readonly Misfit[] {
  const { underWay, heldBackBytes } = sizingOf(answers)
  if (heldBackBytes <= MOST_HELD_BACK) return none
  return [
    {
      id: 'outcomes-held-in-memory',
      about: ['load.outcome', 'load.peak-per-second'],
      says: `an outcome is held back until it is settled: ${countText(underWay)} under way at the peak, of ${sizeText(answers.load.outcomeBytes)} each, are ${sizeText(heldBackBytes)} of memory.`,
      change: 'Put what is large elsewhere, and answer with a reference to it.',
    },
  ]
}
