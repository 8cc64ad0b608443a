import type { Duration, ListFilter, Place, Receipt, ReceiptStore, StoreTime } from 'counterfoil'
import { durationMs, placeOf } from 'counterfoil'
import { CommandError } from '../command-error.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { jsonLine } from '../terminal/json.ts'
import { type Column, Table } from '../terminal/table.ts'
import { roughSpanText } from '../terminal/time.ts'
import { visibleName } from '../terminal/visible.ts'
import { detailOf } from './detail.ts'
import { clearKey, maskedKey, shortId } from './mask.ts'
import { placeStyles } from './place.ts'
import { receiptJson } from './receipt-json.ts'
import { type Sheet, walk } from './walk.ts'

export interface LsOptions {
  readonly state?: Place
  readonly tenant?: string
  readonly operation?: string
  readonly olderThan?: string
  readonly newerThan?: string
  readonly limit: number
  readonly all?: boolean
  readonly keys?: boolean
  readonly json?: boolean
}

interface Row {
  readonly receipt: Receipt
  readonly now: StoreTime
}

export async function ls(store: ReceiptStore, options: LsOptions, io: Io): Promise<ExitCode> {
  const filter = filterOf(options)
  const text = options.json ? jsonText(options) : tableText(options, io)
  const limit = options.all ? Number.POSITIVE_INFINITY : options.limit
  let shown = 0
  let more = false
  for await (const sheet of walk(store, filter, limit)) {
    if (sheet.receipts.length > 0) await io.stdout.write(text(sheet))
    shown += sheet.receipts.length
    more = sheet.more
    if (io.stdout.closed) return exitCodes.ok
  }
  await say(shown, more, io)
  return exitCodes.ok
}

/** On stderr, so that what reads the list gets the list alone, and nobody takes a cut list for a whole one. */
async function say(shown: number, more: boolean, io: Io): Promise<void> {
  if (shown === 0 && io.stderr.isTTY) await io.stderr.write('No receipts.\n')
  if (more)
    await io.stderr.write(
      `${io.stderr.style('dim', `${shown} shown, and there are more: --limit <n> or --all.`)}\n`,
    )
}

function filterOf({ state, tenant, operation, olderThan, newerThan }: LsOptions): ListFilter {
  const olderThanMs = olderThan === undefined ? undefined : durationMs('--older-than', olderThan as Duration)
  const youngerThanMs =
    newerThan === undefined ? undefined : durationMs('--newer-than', newerThan as Duration)
  if (olderThanMs !== undefined && youngerThanMs !== undefined && olderThanMs > youngerThanMs) {
    throw new CommandError(
      exitCodes.usage,
      `Nothing is older than ${olderThan} and newer than ${newerThan}: make --newer-than the longer one.`,
    )
  }
  return {
    ...(state !== undefined && { place: state }),
    ...(tenant !== undefined && { tenant }),
    ...(operation !== undefined && { operation }),
    ...(olderThanMs !== undefined && { olderThanMs }),
    ...(youngerThanMs !== undefined && { youngerThanMs }),
  }
}

function jsonText({ keys }: LsOptions): (sheet: Sheet) => string {
  return ({ receipts, now }) =>
    receipts.map((receipt) => jsonLine(receiptJson(receipt, now, { withKey: keys === true }))).join('')
}

function tableText({ keys }: LsOptions, io: Io): (sheet: Sheet) => string {
  const table = new Table<Row>(columns(keys === true ? clearKey : maskedKey), io.stdout)
  return ({ receipts, now }) => table.text(receipts.map((receipt) => ({ receipt, now })))
}

function columns(keyText: (key: Receipt['key']) => string): readonly Column<Row>[] {
  return [
    { title: 'ID', cell: ({ receipt }) => shortId(receipt.id), style: () => 'dim' },
    {
      title: 'STATE',
      cell: ({ receipt, now }) => placeOf(receipt, now),
      style: ({ receipt, now }) => placeStyles[placeOf(receipt, now)],
    },
    { title: 'AGE', cell: ({ receipt, now }) => roughSpanText(now - receipt.createdAt), align: 'right' },
    { title: 'TENANT', cell: ({ receipt }) => visibleName(receipt.tenant), shrinks: true },
    { title: 'OPERATION', cell: ({ receipt }) => visibleName(receipt.operation), shrinks: true },
    { title: 'KEY', cell: ({ receipt }) => keyText(receipt.key), shrinks: true },
    { title: 'TRY', cell: ({ receipt }) => String(receipt.attempt), align: 'right' },
    {
      title: 'DETAIL',
      cell: ({ receipt, now }) => detailOf(receipt, now),
      style: () => 'dim',
      shrinks: true,
    },
  ]
}
