import { durationText } from 'counterfoil'
import { countText, sizeText } from '../../terminal/size.ts'
import { shellQuoted } from '../plan/command.ts'
import { SWEPT_PER_SECOND } from '../sizing/measured.ts'
import { sizingOf } from '../sizing/sizing.ts'
import { consistency } from './consistency.ts'
import type { Design, Section } from './design.ts'
import { fenced, list, page, table } from './markdown.ts'
import { storeNames } from './opening.ts'

/** Those of `createReceipts`. */
const BATCH = 500
const BETWEEN_BATCHES_MS = 50

export function cleanupSection(design: Design): Section {
  const { answers } = design
  return {
    title: 'Cleanup and consistency',
    text: page(
      'Once as many receipts are swept as are made:',
      sizeTable(design),
      sweeping(design),
      `What the store must be, for an acknowledged claim to last:`,
      list(consistency(answers)),
      'Ask the running store, at deployment and in its monitoring; a refusal ends with another code than 0:',
      fenced('sh', `counterfoil receipts audit --store ${shellQuoted(answers.store.url)}`),
    ),
  }
}

function sizeTable({ answers, decision }: Design): string {
  const { load, store } = answers
  const { receipts, tombstones, overheadBytes, outcomeBytes, bytes, underWay, heldBackBytes } =
    sizingOf(answers)
  const share = Math.ceil((100 * bytes) / store.roomBytes)
  return table(
    ['', 'how much', 'from'],
    [
      [
        'receipts with an outcome',
        countText(receipts),
        `${load.perSecond}/s × ${durationText(decision.ttl.ms)}`,
      ],
      ...(tombstones > 0
        ? [
            [
              'tombstones: the key alone',
              countText(tombstones),
              `${load.perSecond}/s × ${durationText(decision.keyRetention.ms - decision.ttl.ms)}`,
            ],
          ]
        : []),
      [
        'a receipt',
        `${countText(overheadBytes)} B + outcome ${countText(outcomeBytes)} B`,
        `measured in ${storeNames[store.kind]} among a million, with all that belongs to them (\`npm run bench -- growth\`)`,
      ],
      ['in all', sizeText(bytes), `${share} % of the ${sizeText(store.roomBytes)} that there are`],
      [
        'under way at the peak',
        countText(underWay),
        `${load.peakPerSecond}/s × ${durationText(answers.operation.usualMs)}`,
      ],
      ['outcomes held back in memory', sizeText(heldBackBytes), 'those under way, over all processes'],
    ],
  )
}

function sweeping({ answers }: Design): string {
  const { sweptPerSecond } = sizingOf(answers)
  const { kind } = answers.store
  if (kind === 'redis')
    return 'Receipts expire in Redis by themselves, at the end of their key retention; what is held does not. The sweep has nothing to remove but outcomes whose keys are kept for longer.'
  const aMinute = Math.ceil(sweptPerSecond * 60)
  const batches = Math.ceil(aMinute / BATCH)
  const keepsUp = kind === 'memory' ? '' : ` ${whoKeepsUp(kind, sweptPerSecond)}`
  return `Swept: ${rateText(sweptPerSecond)} a second (outcomes dropped, and keys forgotten), ${countText(aMinute)} a minute: ${batches === 1 ? 'one batch' : `${batches} batches`} of ${BATCH}. Each process sweeps once a minute, jittered, and goes on after ${BETWEEN_BATCHES_MS} ms while more is due.${keepsUp} Expiry is decided in the claim: a sweep that is late costs room, and no promise.`
}

function whoKeepsUp(kind: keyof typeof SWEPT_PER_SECOND, perSecond: number): string {
  const one = SWEPT_PER_SECOND[kind]
  const processes = Math.ceil(perSecond / one)
  const enough = processes === 1 ? 'one process keeps up' : `it takes ${processes} processes to keep up`
  return `One process swept ${countText(one)} a second of ${storeNames[kind]} in the same measurement, while 64 callers went on: ${enough}.`
}

function rateText(perSecond: number): string {
  return String(Number(perSecond.toPrecision(3)))
}
