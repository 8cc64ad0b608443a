import type { Receipt, ReceiptStore } from 'counterfoil'
import { CommandError } from '../command-error.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { jsonLine } from '../terminal/json.ts'
import { type FindOptions, findReceipt } from './find-receipt.ts'
import { bodyOf, readOutcome } from './outcome-summary.ts'
import { showJson } from './show-json.ts'
import { showText } from './show-text.ts'
import { outcomeBytes, type Shown } from './shown.ts'

export interface ShowOptions extends FindOptions {
  readonly body?: 'text' | 'hex' | 'raw'
  readonly of?: string
}

export async function show(
  store: ReceiptStore,
  key: string | undefined,
  options: ShowOptions,
  io: Io,
): Promise<ExitCode> {
  if (options.of !== undefined && options.body !== 'raw') {
    throw new CommandError(exitCodes.usage, '--of says which bytes to write, and needs --body raw.')
  }
  const found = await findReceipt(store, key, options, io)
  const shown = { ...found, steps: await store.readSteps(found.receipt.id, found.receipt.incarnation) }
  if (options.body === 'raw') await io.stdout.write(rawBytes(shown, options.of ?? 'outcome'))
  else if (options.json) await io.stdout.write(jsonLine(showJson(shown)))
  else await io.stdout.write(showText(shown, options.body, io.stdout))
  return exitCodes.ok
}

/** The bytes alone, as they were given: for a file or another program. */
function rawBytes({ receipt, steps }: Shown, part: string): Uint8Array {
  const encoded = encodedPart(receipt, steps, part)
  if (encoded === null) throw new CommandError(exitCodes.notFound, `This receipt keeps no ${part}.`)
  const outcome = readOutcome(encoded)
  if (outcome.kind === 'unreadable') throw new CommandError(exitCodes.refused, outcome.says)
  const bytes = bodyOf(outcome)
  if (bytes === undefined) {
    throw new CommandError(
      exitCodes.notFound,
      `The ${part} of this receipt has no bytes: show it without --body raw.`,
    )
  }
  return bytes
}

function encodedPart(receipt: Receipt, steps: Shown['steps'], part: string): Uint8Array | null {
  if (part === 'outcome') return outcomeBytes(receipt)
  if (part === 'request') return receipt.request
  if (part.startsWith('step:')) return steps.get(part.slice('step:'.length)) ?? null
  throw new CommandError(exitCodes.usage, `--of takes 'outcome', 'request' or 'step:<name>'.`)
}
