import type { Place, ReceiptStore } from 'counterfoil'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { jsonLine } from '../terminal/json.ts'
import { counted, countText, sizeText } from '../terminal/size.ts'
import { Table } from '../terminal/table.ts'
import { placeMeanings, placeStyles, places } from './place.ts'

export interface StatsOptions {
  readonly json?: boolean
}

interface Row {
  readonly place: Place
  readonly count: number
}

export async function stats(store: ReceiptStore, { json }: StatsOptions, io: Io): Promise<ExitCode> {
  const { places: counts, bytes } = await store.stats()
  const { absent, ...living } = counts
  const total = Object.values(living).reduce((sum, count) => sum + count, 0)
  if (json) {
    await io.stdout.write(
      jsonLine({ store: store.name, total, places: living, dueForRemoval: absent, bytes }),
    )
    return exitCodes.ok
  }
  const rows = places.map((place) => ({ place, count: counts[place] }))
  const due: readonly Row[] = absent > 0 ? [{ place: 'absent', count: absent }] : []
  const { style } = io.stdout
  await io.stdout.write(table(io).text([...rows, ...due]))
  await io.stdout.write(
    `\n${style('bold', counted(total, 'receipt'))} in the ${store.name} store, about ${sizeText(bytes)}\n`,
  )
  return exitCodes.ok
}

function table({ stdout }: Io): Table<Row> {
  return new Table<Row>(
    [
      {
        title: 'STATE',
        cell: ({ place }) => place,
        style: ({ place, count }) => (count === 0 ? 'dim' : placeStyles[place]),
      },
      { title: 'RECEIPTS', cell: ({ count }) => countText(count), align: 'right' },
      { title: 'MEANING', cell: ({ place }) => placeMeanings[place], style: () => 'dim', shrinks: true },
    ],
    stdout,
  )
}
