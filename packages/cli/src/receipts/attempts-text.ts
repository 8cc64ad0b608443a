import type { ChangeByHand, HistoryEntry, PastAttempt, Receipt, StoreTime } from 'counterfoil'
import { placeOf, standingOf } from 'counterfoil'
import type { Output, Style } from '../io.ts'
import { heading } from '../terminal/facts.ts'
import { spanText, timeText } from '../terminal/time.ts'
import { visible } from '../terminal/visible.ts'
import { placeStyles } from './place.ts'
import type { Shown } from './shown.ts'

/** Every attempt and every change by hand that the receipt remembers, oldest first, the present attempt last. */
export function attemptsText({ receipt, now }: Shown, output: Output): string {
  const past = receipt.history.map((entry) => ({ ...placeInTime(entry), line: entryLine(entry, output) }))
  const present = { at: receipt.claimedAt, order: receipt.attempt, line: presentLine(receipt, now, output) }
  const lines = [...past, present].sort((a, b) => a.at - b.at || a.order - b.order).map(({ line }) => line)
  return heading('Attempts', output) + forgottenLine(receipt, output) + lines.join('')
}

/** Within one millisecond, a change by hand comes after the attempt that it is about, and before the next. */
function placeInTime(entry: HistoryEntry): { at: StoreTime; order: number } {
  return entry.kind === 'attempt'
    ? { at: entry.claimedAt, order: entry.attempt }
    : { at: entry.at, order: entry.attempt + 0.5 }
}

function forgottenLine(receipt: Receipt, output: Output): string {
  const first = receipt.history.find((entry) => entry.kind === 'attempt')?.attempt ?? receipt.attempt
  return first > 1 ? `  ${output.style('dim', `…  ${first - 1} earlier, no longer remembered`)}\n` : ''
}

function entryLine(entry: HistoryEntry, output: Output): string {
  return entry.kind === 'attempt' ? pastLine(entry, output) : handLine(entry, output)
}

function pastLine({ attempt, purpose, claimedAt, endedAt, ended }: PastAttempt, output: Output): string {
  return attemptLine(
    attempt,
    purpose,
    claimedAt,
    ended,
    `after ${spanText(endedAt - claimedAt)}`,
    placeStyles[ended],
    output,
  )
}

function presentLine(receipt: Receipt, now: StoreTime, output: Output): string {
  const { attempt, purpose, claimedAt } = receipt
  const place = placeOf(receipt, now)
  const [ended, when] = endOf(receipt, now)
  return attemptLine(attempt, purpose, claimedAt, ended, when, placeStyles[place], output)
}

function endOf(receipt: Receipt, now: StoreTime): readonly [ended: string, when: string] {
  if (receipt.state !== 'in_progress') {
    const ended = receipt.state === 'failed' && receipt.retryable ? 'released' : receipt.state
    const byHand = receipt.history.at(-1)
    return byHand?.kind === 'by_hand' && byHand.attempt === receipt.attempt && byHand.at === receipt.settledAt
      ? [ended, 'by hand']
      : [ended, `after ${spanText(receipt.settledAt - receipt.claimedAt)}`]
  }
  const ranFor = spanText(receipt.leaseEndsAt - receipt.claimedAt)
  if (standingOf(receipt, now).is === 'running')
    return ['running', `for ${spanText(now - receipt.claimedAt)}`]
  return receipt.givenUp?.as === 'in_doubt'
    ? ['abandoned', `after ${ranFor}: it said itself that its effect is unknown`]
    : ['abandoned', `after ${ranFor}: its lease lapsed`]
}

function attemptLine(
  attempt: number,
  purpose: Receipt['purpose'],
  claimedAt: StoreTime,
  ended: string,
  when: string,
  style: Style,
  output: Output,
): string {
  const number = String(attempt).padStart(3)
  return `${number}  ${timeText(claimedAt)}  ${purpose.padEnd(8)}  ${output.style(style, ended)} ${when}\n`
}

function handLine({ at, did, by, note }: ChangeByHand, output: Output): string {
  const why = note === null ? '' : `: ${visible(note)}`
  return `  ${output.style('yellow', '✎')}  ${timeText(at)}  ${'by hand'.padEnd(8)}  ${did} by ${output.style('bold', visible(by))}${why}\n`
}
