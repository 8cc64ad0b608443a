import type { ListFilter, Receipt, ReceiptStore, StoreTime } from 'counterfoil'
import { receiptId } from 'counterfoil'
import { CommandError } from '../command-error.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { jsonLine } from '../terminal/json.ts'
import { Table } from '../terminal/table.ts'
import { timeText } from '../terminal/time.ts'
import { visibleName } from '../terminal/visible.ts'
import { shortId } from './mask.ts'
import { PAGE } from './walk.ts'

export interface FindOptions {
  readonly id?: string
  readonly tenant?: string
  readonly operation?: string
  readonly json?: boolean
}

export interface Found {
  readonly receipt: Receipt
  /** The store's time of reading. */
  readonly now: StoreTime
}

/** More candidates than this help nobody to choose. */
const mostCandidates = 20
const wholeId = /^[0-9a-f]{64}$/
const partOfId = /^[0-9a-f]{4,63}$/

/** The one receipt that is meant; otherwise the command ends, having listed the candidates where there are several. */
export async function findReceipt(
  store: ReceiptStore,
  key: string | undefined,
  options: FindOptions,
  io: Io,
): Promise<Found> {
  const found = await candidates(store, key, options, io)
  const [only] = found
  if (only === undefined) throw notFound(key, options)
  if (found.length > 1) {
    await listCandidates(found, options, io)
    throw new CommandError(
      exitCodes.ambiguous,
      `${found.length > mostCandidates ? `More than ${mostCandidates}` : found.length} receipts fit; name one by --tenant and --operation, or by --id.`,
    )
  }
  return only
}

async function candidates(
  store: ReceiptStore,
  key: string | undefined,
  options: FindOptions,
  io: Io,
): Promise<readonly Found[]> {
  const { id, tenant, operation } = options
  if ((key === undefined) === (id === undefined)) {
    throw new CommandError(
      exitCodes.usage,
      'Name one receipt: by its KEY (- reads it from stdin), or by --id.',
    )
  }
  const scope = { ...(tenant !== undefined && { tenant }), ...(operation !== undefined && { operation }) }
  if (id !== undefined) return await byId(store, id.toLowerCase(), scope)
  const text = key === '-' ? await keyFromStdin(io) : (key ?? '')
  if (tenant !== undefined && operation !== undefined) {
    // The identity itself: found at once, and also where keys are not stored in clear.
    return await byId(store, receiptId({ tenant, operation, key: text }), {})
  }
  return await matching(store, { ...scope, key: text }, () => true)
}

async function byId(store: ReceiptStore, id: string, scope: ListFilter): Promise<readonly Found[]> {
  if (wholeId.test(id)) {
    const { receipt, now } = await store.read(id)
    return receipt === undefined ? [] : [{ receipt, now }]
  }
  if (!partOfId.test(id)) {
    throw new CommandError(
      exitCodes.usage,
      `A receipt's id is 4 to 64 hex digits, as 'counterfoil receipts ls' shows them.`,
    )
  }
  return await matching(store, scope, (receipt) => receipt.id.startsWith(id))
}

/** Through the whole list, since a second match may be its last entry. */
async function matching(
  store: ReceiptStore,
  filter: ListFilter,
  fits: (receipt: Receipt) => boolean,
): Promise<readonly Found[]> {
  const found: Found[] = []
  let after: string | undefined
  do {
    const page = await store.list(filter, { limit: PAGE, ...(after !== undefined && { after }) })
    found.push(...page.receipts.filter(fits).map((receipt) => ({ receipt, now: page.now })))
    after = page.next
  } while (after !== undefined && found.length <= mostCandidates)
  return found
}

async function keyFromStdin(io: Io): Promise<string> {
  return Buffer.from(await io.readStdin())
    .toString('utf8')
    .replace(/\r?\n$/, '')
}

function notFound(key: string | undefined, { id, tenant, operation }: FindOptions): CommandError {
  if (id !== undefined) return new CommandError(exitCodes.notFound, 'No receipt has this id.')
  const whole = tenant !== undefined && operation !== undefined
  return new CommandError(
    exitCodes.notFound,
    whole || key === undefined
      ? 'No receipt is kept under this tenant, operation and key: the next request with it is a first one.'
      : 'No receipt is kept under this key; where keys are not stored in clear, give both --tenant and --operation.',
  )
}

async function listCandidates(found: readonly Found[], { json }: FindOptions, io: Io): Promise<void> {
  const listed = found.slice(0, mostCandidates)
  if (json) {
    for (const { receipt } of listed) {
      const { id, tenant, operation } = receipt
      await io.stderr.write(jsonLine({ id, tenant, operation, createdAt: timeText(receipt.createdAt) }))
    }
    return
  }
  const table = new Table<Found>(
    [
      { title: 'ID', cell: ({ receipt }) => shortId(receipt.id) },
      { title: 'TENANT', cell: ({ receipt }) => visibleName(receipt.tenant), shrinks: true },
      { title: 'OPERATION', cell: ({ receipt }) => visibleName(receipt.operation), shrinks: true },
      { title: 'CREATED', cell: ({ receipt }) => timeText(receipt.createdAt) },
    ],
    io.stderr,
  )
  await io.stderr.write(table.text(listed))
}
