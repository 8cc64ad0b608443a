import type { Effect } from './ledger.ts'
import type { Answer, Order } from './messages.ts'

/** What came of a scenario, in numbers. */
export interface Tally {
  readonly calls: number
  /** Lines in the ledger. */
  readonly effects: number
  /** How many (tenant, key) pairs those belong to. */
  readonly keys: number
  /** Effects that a downstream which deduplicates by the derived key would have. */
  readonly derivedKeys: number
  readonly outcomes: number
  /** How many different outcomes there are among them, all keys together. */
  readonly different: number
  /** How many (tenant, key) pairs they belong to. */
  readonly scopes: number
  readonly replayed: number
  /** Outcomes of an effect that the ledger doesn't have, or has under another tenant or key. */
  readonly unfounded: number
  /** By the error's name. */
  readonly errors: Readonly<Record<string, number>>
  /** The process was killed before it answered. */
  readonly unanswered: number
}

/** A number, or where chance has its part the least of it. */
type Count = number | { readonly atLeast: number }

/** What is left out is not expected at all: no errors, nobody without an answer. */
export interface Expected {
  readonly calls: Count
  readonly effects: Count
  readonly derivedKeys: Count
  readonly outcomes: Count
  readonly different: Count
  readonly replayed: Count
  readonly errors?: Readonly<Record<string, number>>
  readonly unanswered?: number
}

export function tallyOf(
  answers: readonly { readonly order: Order; readonly answer: Answer }[],
  effects: readonly Effect[],
): Tally {
  const outcomes = answers.flatMap(({ order, answer }) =>
    answer.got === 'outcome' ? [{ ...answer, scope: scopeOf(order) }] : [],
  )
  const ledger = new Set(effects.map((effect) => scopeOf(effect) + effect.charge))
  const errors: Record<string, number> = {}
  for (const { answer } of answers) {
    if (answer.got === 'error') errors[answer.name] = (errors[answer.name] ?? 0) + 1
  }
  return {
    calls: answers.length,
    effects: effects.length,
    keys: distinct(effects.map(scopeOf)),
    derivedKeys: distinct(effects.flatMap(({ idempotencyKey }) => idempotencyKey ?? [])),
    outcomes: outcomes.length,
    different: distinct(outcomes.map(({ value, sha256 }) => sha256 ?? JSON.stringify(value))),
    scopes: distinct(outcomes.map(({ scope }) => scope)),
    replayed: outcomes.filter(({ replayed }) => replayed).length,
    unfounded: outcomes.filter(({ scope, value }) => !ledger.has(scope + value.charge)).length,
    errors,
    unanswered: answers.filter(({ answer }) => answer.got === 'nothing').length,
  }
}

/** Each count that is wrong, as a sentence: what was expected, and what was seen. */
export function faultsIn(tally: Tally, expected: Expected): readonly string[] {
  const { errors = {}, unanswered = 0 } = expected
  return [
    ...fault('calls', tally.calls, expected.calls),
    ...fault('effects in the ledger', tally.effects, expected.effects),
    ...fault('derived keys in the ledger', tally.derivedKeys, expected.derivedKeys),
    ...fault('outcomes', tally.outcomes, expected.outcomes),
    ...fault('different outcomes', tally.different, expected.different),
    ...fault('outcomes that are no effect of their key in the ledger', tally.unfounded, 0),
    ...fault('replays', tally.replayed, expected.replayed),
    ...fault('calls without an answer', tally.unanswered, unanswered),
    ...[...new Set([...Object.keys(errors), ...Object.keys(tally.errors)])].flatMap((name) =>
      fault(`calls that got ${name}`, tally.errors[name] ?? 0, errors[name] ?? 0),
    ),
  ]
}

export function fault(
  what: string,
  seen: number | string | undefined,
  expected: Count | string | undefined,
): readonly string[] {
  if (typeof expected === 'object') {
    const enough = typeof seen === 'number' && seen >= expected.atLeast
    return enough ? [] : [`${what}: expected at least ${expected.atLeast}, saw ${seen}`]
  }
  return seen === expected ? [] : [`${what}: expected ${expected}, saw ${seen}`]
}

/** What is to be said of effects that are more than their keys. */
export function effectsRemark({ effects, derivedKeys, keys }: Tally): string {
  if (derivedKeys > 0) return effects > derivedKeys ? ` (${counted(derivedKeys, 'derived key')})` : ''
  return effects > keys ? ` (${effects - keys} double)` : ''
}

/** What the callers got, in words for the table. */
export function gotText({ outcomes, different, scopes, replayed, errors, unanswered }: Tally): string {
  const parts: string[] = []
  if (outcomes > 0) {
    const equal = different === 1 && outcomes > 1 ? 'equal ' : ''
    const unlike = different > 1 && different < outcomes ? `, ${different} different` : ''
    const each = different > 1 && different === scopes ? ', one per receipt' : ''
    const again = replayed > 0 ? ` (${replayed} replayed)` : ''
    parts.push(`${counted(outcomes, `${equal}outcome`)}${unlike}${each}${again}`)
  }
  for (const [name, count] of Object.entries(errors)) {
    parts.push(name === 'AbortError' ? `${count} gave up` : `${count} ${name}`)
  }
  if (unanswered > 0) parts.push(`${unanswered} killed`)
  return parts.join(', ')
}

export function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`
}

function scopeOf({ tenant, key }: { readonly tenant: string; readonly key: string }): string {
  return JSON.stringify([tenant, key])
}

function distinct(values: readonly string[]): number {
  return new Set(values).size
}
