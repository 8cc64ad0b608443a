import type { Output } from '../io.ts'
import type { BytesView } from '../terminal/bytes.ts'
import { type Fact, factLines, heading } from '../terminal/facts.ts'
import { visibleName } from '../terminal/visible.ts'
import { attemptsText } from './attempts-text.ts'
import { contentText } from './content-text.ts'
import { identityText } from './identity-text.ts'
import { outcomeSummary, readOutcome } from './outcome-summary.ts'
import { outcomeBytes, type Shown } from './shown.ts'
import { shownRequest } from './shown-request.ts'

/** A receipt for a human: where it stands first, then how it got there, then what it holds. */
export function showText(shown: Shown, view: BytesView | undefined, output: Output): string {
  const { receipt } = shown
  const outcome = outcomeBytes(receipt)
  return [
    identityText(shown, output),
    attemptsText(shown, output),
    stepsText(shown, output),
    receipt.request === null
      ? ''
      : contentText('Kept request', readOutcome(shownRequest(receipt.request)), view, output),
    outcome === null ? '' : contentText(outcomeTitle(shown), readOutcome(outcome), view, output),
  ].join('')
}

function outcomeTitle({ receipt }: Shown): string {
  return receipt.state === 'succeeded' || (receipt.state === 'failed' && !receipt.retryable)
    ? 'Outcome'
    : 'Last refusal (what those who waited on the attempt got)'
}

function stepsText({ receipt, steps }: Shown, output: Output): string {
  const names = [...new Set([...steps.keys(), ...Object.keys(receipt.generations)])]
  if (names.length === 0) return ''
  const facts = names.map((name): Fact => [visibleName(name), stepText({ receipt, steps }, name)])
  return heading('Steps', output) + factLines(facts, output)
}

function stepText({ receipt, steps }: Pick<Shown, 'receipt' | 'steps'>, name: string): string {
  const result = steps.get(name)
  const kept = result === undefined ? 'no result kept' : `result kept: ${outcomeSummary(readOutcome(result))}`
  const refusals = Object.hasOwn(receipt.generations, name) ? (receipt.generations[name] ?? 0) : 0
  return refusals === 0 ? kept : `${kept}; refused ${refusals}×: its next key is of generation ${refusals}`
}
