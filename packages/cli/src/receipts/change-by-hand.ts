import { randomUUID } from 'node:crypto'
import { userInfo } from 'node:os'
import type { HandChange, HandRefusal, HandTarget, Receipt, ReceiptStore, StoreTime } from 'counterfoil'
import { decideByHand, placeOf } from 'counterfoil'
import { CommandError } from '../command-error.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { jsonLine } from '../terminal/json.ts'
import { spanText } from '../terminal/time.ts'
import { visibleName } from '../terminal/visible.ts'
import { type FindOptions, findReceipt } from './find-receipt.ts'
import { shortId } from './mask.ts'
import { receiptJson } from './receipt-json.ts'

export interface HandOptions extends FindOptions {
  readonly reason: string
  readonly by?: string
  readonly yes?: boolean
}

/** What is to be done: to the store, and in words. */
export type Deed = { readonly says: readonly string[]; readonly done: string } & (
  | { readonly do: 'release' }
  | { readonly do: 'resolve'; readonly as: 'succeeded' | 'failed'; readonly outcome: Uint8Array }
)

/**
 * Finds the receipt, shows what will be done to it, asks, and then writes once, on the condition that the receipt
 * still is as it was shown: what happens while the question stands makes the write fail, never overwrites.
 */
export async function changeByHand(
  store: ReceiptStore,
  key: string | undefined,
  options: HandOptions,
  io: Io,
  deedOn: (receipt: Receipt) => Deed,
): Promise<ExitCode> {
  const by = oneLine('--by', options.by ?? userName(), 100)
  const note = oneLine('--reason', options.reason, 1000)
  const { receipt, now } = await findReceipt(store, key, options, io)
  const deed = deedOn(receipt)
  const change = changeOf(deed, by, note)
  const target = {
    id: receipt.id,
    incarnation: receipt.incarnation,
    attempt: receipt.attempt,
    state: receipt.state,
  }
  refuseEarly(receipt, target, change, now)
  if (!options.yes && !(await agreed(receipt, now, deed, by, note, io))) {
    await io.stderr.write('Nothing was changed.\n')
    return exitCodes.refused
  }
  const answer = await store.changeByHand(target, change)
  if (answer.kind === 'refused') throw refused(answer.why, receipt, change.do, now)
  await io.stdout.write(
    options.json
      ? jsonLine(receiptJson(answer.receipt, settledAt(answer.receipt), { withKey: false }))
      : `${deed.done}: ${nameOf(answer.receipt)}\n`,
  )
  return exitCodes.ok
}

function changeOf(deed: Deed, by: string, note: string): HandChange {
  const common = { by, note, token: randomUUID() }
  return deed.do === 'release'
    ? { ...common, do: 'release' }
    : { ...common, do: 'resolve', as: deed.as, outcome: deed.outcome }
}

/** By the store's own rule, so that nobody is asked about what can't be done. The store decides again. */
function refuseEarly(receipt: Receipt, target: HandTarget, change: HandChange, now: StoreTime): void {
  const decision = decideByHand(receipt, target, change, now)
  if (decision.kind === 'refused') throw refused(decision.why, receipt, change.do, now)
}

async function agreed(
  receipt: Receipt,
  now: StoreTime,
  deed: Deed,
  by: string,
  note: string,
  io: Io,
): Promise<boolean> {
  if (!io.interactive) {
    throw new CommandError(
      exitCodes.usage,
      'Nobody is there to ask: add --yes to change the receipt without a question.',
    )
  }
  const { style } = io.stderr
  const lines = [
    `${nameOf(receipt)}  ${style('bold', placeOf(receipt, now))}`,
    ...deed.says,
    `Recorded in the receipt: by ${visibleName(by)}, “${visibleName(note)}”.`,
  ]
  await io.stderr.write(`${lines.join('\n')}\n`)
  return await io.confirm(style('bold', deed.do === 'release' ? 'Release it?' : 'Settle it?'))
}

function nameOf(receipt: Receipt): string {
  const { operation, tenant, attempt } = receipt
  return `${shortId(receipt.id)} (${visibleName(operation)} of ${visibleName(tenant)}, attempt ${attempt})`
}

function settledAt(receipt: Receipt): StoreTime {
  return receipt.state === 'in_progress' ? receipt.leaseEndsAt : receipt.settledAt
}

function refused(why: HandRefusal, receipt: Receipt, what: Deed['do'], now: StoreTime): CommandError {
  return new CommandError(
    why === 'absent' ? exitCodes.notFound : exitCodes.refused,
    refusalSentence(why, receipt, what, now),
  )
}

function refusalSentence(why: HandRefusal, receipt: Receipt, what: Deed['do'], now: StoreTime): string {
  switch (why) {
    case 'absent':
      return 'The receipt is past its key retention or was swept: nothing is held, and the next request with its key is a first one.'
    case 'moved_on':
      return "The receipt has changed since it was read (another attempt, state or incarnation), and nothing was written: look at it again with 'counterfoil receipts show', then decide anew."
    case 'running':
      return `Attempt ${receipt.attempt} is running and holds the claim${leaseLeft(receipt, now)}: wait until it settles or its lease lapses.`
    case 'succeeded':
      return 'The receipt has succeeded, and a success never changes until it expires, so that it may be cached: a new request needs a new key.'
    case 'not_held':
      return receipt.state === 'failed' && receipt.retryable
        ? 'The receipt is released and nothing is held: the next request with its key runs again.'
        : what === 'resolve'
          ? "The receipt's failure is stored and final, and can only be released, so that a retry runs again: 'counterfoil receipts release'."
          : 'Nothing is held in this receipt.'
  }
}

function leaseLeft(receipt: Receipt, now: StoreTime): string {
  return receipt.state === 'in_progress' && receipt.leaseEndsAt > now
    ? `, its lease ends in ${spanText(receipt.leaseEndsAt - now)}`
    : ''
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A container's user id need not have a name.
    throw new CommandError(
      exitCodes.usage,
      'This system has no name for you: say who changes the receipt with --by <name>.',
    )
  }
}

function oneLine(option: string, text: string, mostCharacters: number): string {
  if (text.trim() === '' || text.length > mostCharacters || /\p{Cc}/u.test(text)) {
    throw new CommandError(exitCodes.usage, `${option} takes one line of 1 to ${mostCharacters} characters.`)
  }
  return text
}
