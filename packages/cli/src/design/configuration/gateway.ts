import { durationText } from 'counterfoil'
import type { Answers } from '../answers/answers.ts'
import type { Decision } from '../decision/decision.ts'
import { quoted } from '../questions/template.ts'
import { runsOpen } from './code/open.ts'

/** The file for `counterfoil gateway --config`, or why there is none. */
export type GatewayConfiguration =
  | { readonly kind: 'yaml'; readonly text: string }
  | { readonly kind: 'none'; readonly because: string }

/** Where the service itself listens is nobody's answer: it is the first thing that a reader changes. */
const UPSTREAM = 'http://127.0.0.1:3000'

const MIB = 1_048_576

export function gatewayConfiguration(answers: Answers, decision: Decision): GatewayConfiguration {
  const { operation, key } = answers
  if (operation.reachedBy !== 'http') return none('it is reached by no request')
  if (decision.guarantee === 'transactional')
    return none('no proxy can join a transaction of the database behind it')
  if (key.foundIn && 'field' in key.foundIn && key.foundIn.field !== 'Idempotency-Key')
    return none(`it takes its keys from Idempotency-Key or from the body, and not from ${key.foundIn.field}`)
  return { kind: 'yaml', text: yaml(answers, decision) }
}

function yaml(answers: Answers, decision: Decision): string {
  const { operation, store, tenant, proof } = answers
  return [
    ...settings([
      ['upstream', UPSTREAM],
      ['listen', URL.parse(proof.url ?? '')?.host],
      ['store', store.url],
      ['tenant-header', tenant.field],
      ['upstream-timeout', durationText(operation.longestMs)],
    ]),
    'routes:',
    `  ${operation.route}:`,
    ...settings(routeSettings(answers, decision)).map((line) => `    ${line}`),
  ].join('\n')
}

type Setting = readonly [name: string, value: string | undefined]

function routeSettings(answers: Answers, decision: Decision): readonly Setting[] {
  const { key, load, operation } = answers
  const { guarantee, recovery, ttl, keyRetention, lease, maxDuration, wait, captureBytes } = decision
  const sentAgain = recovery.is === 'rerun' && recovery.unattended
  return [
    ['guarantee', guarantee],
    ['require-key', 'true'],
    ['key-pointer', key.foundIn && 'pointer' in key.foundIn ? key.foundIn.pointer : undefined],
    ['ttl', durationText(ttl.ms)],
    ['key-retention', durationText(keyRetention.ms)],
    ['lease', durationText(lease.ms)],
    ['max-duration', durationText(maxDuration.ms)],
    ['wait', durationText(wait.ms)],
    ['max-request', load.requestBytes > 5 * MIB ? sizeFlag(2 * load.requestBytes) : undefined],
    ['capture-limit', sizeFlag(captureBytes)],
    ['fail-open', runsOpen(answers, decision) ? 'true' : undefined],
    ['keep-request', sentAgain ? 'true' : undefined],
    ['recover-abandoned', sentAgain ? durationText(operation.longestMs) : undefined],
  ]
}

function settings(all: readonly Setting[]): string[] {
  return all.flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${quoted(value)}`]))
}

function sizeFlag(bytes: number): string {
  return `${Math.ceil(bytes / MIB)}mb`
}

function none(because: string): GatewayConfiguration {
  return { kind: 'none', because }
}
