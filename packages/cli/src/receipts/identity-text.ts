import type { Receipt, StoreTime } from 'counterfoil'
import { doubtOf, placeOf, standingOf, sweepDueAt } from 'counterfoil'
import type { Output } from '../io.ts'
import { type Fact, factLines } from '../terminal/facts.ts'
import { spanText, timeFromNow } from '../terminal/time.ts'
import { visibleName } from '../terminal/visible.ts'
import { clearKey } from './mask.ts'
import { placeStyles } from './place.ts'
import { guaranteeName } from './receipt-json.ts'
import type { Shown } from './shown.ts'

/** Who it belongs to, where it stands, and until when. */
export function identityText({ receipt, now }: Shown, output: Output): string {
  const place = placeOf(receipt, now)
  const title = `${output.style('bold', visibleName(receipt.operation))}  ${output.style(placeStyles[place], place)}`
  const facts: readonly Fact[] = [
    ['standing', ...standingText(receipt, now)],
    ['tenant', visibleName(receipt.tenant)],
    ['key', clearKey(receipt.key)],
    ['id', receipt.id],
    ['incarnation', visibleName(receipt.incarnation)],
    ['created', timeFromNow(receipt.createdAt, now)],
    ['doubt since', ...(receipt.doubtSince === null ? [] : [timeFromNow(receipt.doubtSince, now)])],
    ['guarantee', guaranteeText(receipt.policies)],
    ['outcome kept', outcomeKept(receipt, now)],
    ['key kept', keyKept(receipt, now)],
    [
      'fingerprint',
      `version ${receipt.fingerprint.version}, ${visibleName(String(receipt.fingerprint.digest))}`,
    ],
    ['credentials', ...(receipt.credentials === null ? [] : ['a retry must come with the first caller’s'])],
  ]
  return `${title}\n\n${factLines(facts, output)}`
}

function standingText(receipt: Receipt, now: StoreTime): readonly string[] {
  const standing = standingOf(receipt, now)
  switch (standing.is) {
    case 'absent':
      return ['past its key retention: the next request with this key is a first one']
    case 'running':
      return [
        `attempt ${receipt.attempt} holds the claim; its lease ends in ${spanText(standing.receipt.leaseEndsAt - now)}`,
      ]
    case 'abandoned': {
      const { policies, givenUp } = standing.receipt
      const unknown = `attempt ${receipt.attempt} broke off, its effect has been unknown for ${spanText(now - doubtOf(standing.receipt))}`
      return policies.onAbandoned === 'hold'
        ? [unknown, 'held: until it is recovered, or you resolve or release it', ...backOff(givenUp, now)]
        : [unknown, 'the next request runs again', ...backOff(givenUp, now)]
    }
    case 'released':
      return ['released: the next request with this key and fingerprint runs again']
    case 'settled':
      return [`settled ${timeFromNow(standing.receipt.settledAt, now)}: retries get this outcome`]
    case 'tombstone':
      return standing.receipt.state === 'in_progress'
        ? ['held past all patience: retries get “result expired”, until you resolve or release it']
        : [
            `settled ${timeFromNow(standing.receipt.settledAt, now)}: retries get “result expired”, and never run again`,
          ]
  }
}

function backOff(
  givenUp: Extract<Receipt, { state: 'in_progress' }>['givenUp'],
  now: StoreTime,
): readonly string[] {
  return givenUp?.as === 'in_doubt' && givenUp.recoverableAt > now
    ? [`the last recovery did not know; none before ${timeFromNow(givenUp.recoverableAt, now)}`]
    : []
}

function guaranteeText(policies: Receipt['policies']): string {
  const failure = policies.onFailure === 'final' ? 'a failure is final' : 'a failure is released'
  const abandoned =
    policies.onAbandoned === 'hold' ? 'an abandoned attempt is held' : 'an abandoned attempt is re-run'
  const name = guaranteeName(policies)
  return name === null ? `${failure}, ${abandoned}` : `${name} (${failure}, ${abandoned})`
}

function outcomeKept(receipt: Receipt, now: StoreTime): string {
  const span = spanText(receipt.ttlMs)
  return receipt.state === 'in_progress'
    ? `${span} from when it settles`
    : `${span}, until ${timeFromNow(receipt.settledAt + receipt.ttlMs, now)}`
}

function keyKept(receipt: Receipt, now: StoreTime): string {
  const span = spanText(receipt.keyRetentionMs)
  if (receipt.state !== 'in_progress') {
    return `${span}, until ${timeFromNow(receipt.settledAt + receipt.keyRetentionMs, now)}`
  }
  const due = sweepDueAt(receipt)
  if (standingOf(receipt, now).is !== 'abandoned' || due === null) return `${span} from when it settles`
  return receipt.policies.onAbandoned === 'hold'
    ? `held until ${timeFromNow(due, now)}, then a tombstone until somebody acts`
    : `until ${timeFromNow(due, now)}`
}
