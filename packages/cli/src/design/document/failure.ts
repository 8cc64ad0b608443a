import { durationText } from 'counterfoil'
import { shellQuoted } from '../plan/command.ts'
import type { Design, Section } from './design.ts'
import { failureRows } from './failure-rows.ts'
import { code, fenced, list, page, table } from './markdown.ts'

export function failureSection(design: Design): Section {
  const { decision } = design
  return {
    title: 'Failure semantics',
    text: page(
      `Chosen: **${decision.guarantee}**.`,
      list(decision.because),
      'Refused:',
      list(decision.refused.map(({ guarantee, because }) => `**${guarantee}**: ${because}`)),
      table(['what fails', 'the receipt', 'a retry'], failureRows(design)),
      ...durations(design),
      ...unattended(design),
    ),
  }
}

function durations({ decision }: Design): readonly string[] {
  if (decision.guarantee === 'transactional')
    return [
      'There is no lease. How long a transaction may stay open is the database’s to bound: set `idle_in_transaction_session_timeout` and the driver’s `query_timeout`, or a connection that has fallen silent keeps its key busy.',
    ]
  const { lease, maxDuration } = decision
  return [
    list([
      `Lease: ${durationText(lease.ms)}. ${sentence(lease.because)}`,
      `Maximum duration: ${durationText(maxDuration.ms)}. ${sentence(maxDuration.because)}`,
    ]),
  ]
}

/** What becomes of a receipt for which nobody comes back. */
function unattended({ answers, decision }: Design): readonly string[] {
  const { store } = answers
  const { recovery } = decision
  switch (recovery.is) {
    case 'not_needed':
      return []
    case 'rerun':
      return recovery.unattended
        ? [
            `Where nobody comes back: the request is kept with its receipt (credentials and all: guard the store as you guard those), and sent again ${durationText(answers.operation.longestMs)} after its lease ended, with growing pauses, until it has a final outcome.`,
          ]
        : []
    case 'asked':
      return [
        `\`recover\` asks ${recovery.effects.map(code).join(', ')} by the derived key. “It did not happen” is only as good as that answer: an attempt that was stopped may still act, and the key is what keeps its call from being a second effect.`,
        ...(recovery.unattended
          ? [
              `Where nobody comes back: every minute the engine asks about what was abandoned for at least ${durationText(answers.operation.longestMs)}, the longest run. What stays unknown is asked again, with growing pauses.`,
            ]
          : byHand(store.url)),
      ]
    case 'operator':
      return [
        'A held receipt waits for somebody who looks at what happened and says so. Alert on the number of them: it is `counterfoil_receipt_events_total{type="given_up"}` in the gateway’s metrics, the event `given_up` in the library’s, and `counterfoil receipts stats --json | jq .places.abandoned` at any time.',
        ...byHand(store.url),
      ]
  }
}

function byHand(url: string): readonly string[] {
  return [
    fenced(
      'sh',
      [
        '# what is held',
        `counterfoil receipts ls --store ${shellQuoted(url)} --state abandoned`,
        '# it happened: retries get this outcome',
        `counterfoil receipts resolve --store ${shellQuoted(url)} --id … --as succeeded --json-value '{…}' --reason '…'`,
        '# it did not: the next retry runs',
        `counterfoil receipts release --store ${shellQuoted(url)} --id … --reason '…'`,
      ].join('\n'),
    ),
  ]
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}
