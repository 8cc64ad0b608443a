import { gatewayConfiguration } from '../configuration/gateway.ts'
import { libraryCode } from '../configuration/library.ts'
import { shellQuoted } from '../plan/command.ts'
import type { Design, Section } from './design.ts'
import { fenced, page } from './markdown.ts'

export function configurationSection(design: Design): Section {
  const { answers, decision } = design
  return {
    title: 'Configuration',
    text: page(
      ...(answers.store.kind === 'postgres'
        ? [
            'The tables are made at deployment, never unasked:',
            fenced('sh', `counterfoil receipts migrate --store ${shellQuoted(answers.store.url)}`),
          ]
        : []),
      ...gateway(design),
      `### With the library\n\nA module that is whole but for the effects. It takes the store's URL from \`RECEIPTS_URL\`, with its password, and the secret of the derived keys from \`RECEIPTS_SECRET\`.${overHttp(design)}`,
      fenced('ts', libraryCode(answers, decision)),
    ),
  }
}

function gateway({ answers, decision }: Design): readonly string[] {
  if (answers.operation.reachedBy !== 'http') return []
  const configuration = gatewayConfiguration(answers, decision)
  if (configuration.kind === 'none') return [`The gateway cannot be used here: ${configuration.because}.`]
  return [
    '### With the gateway',
    `\`counterfoil gateway --config counterfoil.yaml\`, in front of a backend in any language and with no change to it.${whatItLacks(decision)}`,
    fenced('yaml', configuration.text),
  ]
}

function whatItLacks({ recovery, guarantee }: Design['decision']): string {
  if (recovery.is === 'asked')
    return ' It cannot ask anybody what became of an attempt: what broke off is held, until an operator says. The backend gets the `Idempotency-Key` as it came, and derives the key of each call from it.'
  return guarantee === 'at-least-once'
    ? ' The backend gets the `Idempotency-Key` as it came, and derives the key of each call from it.'
    : ''
}

function overHttp({ answers, decision }: Design): string {
  return answers.operation.reachedBy === 'http' && decision.guarantee === 'transactional'
    ? ' Call it in the handler, with the key from the request, and answer its errors by their `code`: `key_conflict` 422, `still_in_progress` 409 with `Retry-After`, `key_invalid` 400, `outcome_expired` 409, `store_unavailable` 503.'
    : ''
}
