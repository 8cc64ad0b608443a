import type { ReceiptStore, SweepAnswer } from 'counterfoil'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { jsonLine } from '../terminal/json.ts'
import { progressOn } from '../terminal/progress.ts'
import { counted } from '../terminal/size.ts'
import { visibleName } from '../terminal/visible.ts'
import { shortId } from './mask.ts'

export interface SweepOptions {
  readonly batch: number
  readonly json?: boolean
}

interface Swept {
  dropped: number
  removed: number
  entombed: SweepAnswer['entombed'][number][]
}

/** Batches in a row that found others at the same work, after which it is theirs. */
const mostIdleBatches = 10

/** Batch after batch until nothing is due; claims go on between them. */
export async function sweep(store: ReceiptStore, { batch, json }: SweepOptions, io: Io): Promise<ExitCode> {
  const progress = progressOn(io.stderr)
  const swept: Swept = { dropped: 0, removed: 0, entombed: [] }
  let idle = 0
  for (let more = true; more && idle < mostIdleBatches; ) {
    const answer = await store.sweep(batch)
    idle = add(swept, answer) === 0 ? idle + 1 : 0
    more = answer.more
    await progress.say(`Sweeping: ${countsText(swept)} …`)
  }
  await progress.clear()
  await io.stdout.write(json ? jsonLine(swept) : sweptText(swept, io))
  return exitCodes.ok
}

function add(swept: Swept, { dropped, removed, entombed }: SweepAnswer): number {
  swept.dropped += dropped
  swept.removed += removed
  swept.entombed.push(...entombed)
  return dropped + removed + entombed.length
}

function sweptText(swept: Swept, { stdout }: Io): string {
  const { dropped, removed, entombed } = swept
  if (dropped + removed + entombed.length === 0) return 'Nothing was due.\n'
  const lines = entombed.map(
    ({ id, tenant, operation }) =>
      `  ${stdout.style('dim', shortId(id))}  ${visibleName(operation)} of ${visibleName(tenant)}\n`,
  )
  const unknown =
    entombed.length === 0
      ? ''
      : `${stdout.style('yellow', 'Held past all patience, and never found out about:')}\n${lines.join('')}`
  return `Swept: ${countsText(swept)}.\n${unknown}`
}

function countsText({ dropped, removed, entombed }: Swept): string {
  return [
    `${counted(dropped, 'outcome')} dropped`,
    `${counted(removed, 'receipt')} removed`,
    `${counted(entombed.length, 'held one')} entombed`,
  ].join(', ')
}
