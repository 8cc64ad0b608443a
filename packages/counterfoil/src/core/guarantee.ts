import { OptionInvalid } from './errors.ts'

/** What a failed attempt (a thrown error, a 5xx) does to its receipt. */
export type OnFailure =
  /** stored: retries get the stored failure */
  | 'final'
  /** released: a retry runs again */
  | 'release'

/** What becomes of an abandoned attempt: its holder died, lost the store, or said that its effect is unknown. */
export type OnAbandoned =
  /** retries are told that the outcome is unknown, until `recover` or an operator says */
  | 'hold'
  /** the next request runs again */
  | 'rerun'

/** The two policies that a guarantee is made of. */
export interface Policies {
  readonly onFailure: OnFailure
  readonly onAbandoned: OnAbandoned
}

/** What an operation promises across failures, by name. */
export type GuaranteeName = 'at-most-once' | 'at-least-once'

/** A guarantee by name, or its two policies one by one. */
export type Guarantee = GuaranteeName | Policies

export const guarantees: Readonly<Record<GuaranteeName, Policies>> = {
  'at-most-once': { onFailure: 'final', onAbandoned: 'hold' },
  'at-least-once': { onFailure: 'release', onAbandoned: 'rerun' },
}

/** @throws {OptionInvalid} for anything but a known name or two known policies. */
export function policiesOf(guarantee: Guarantee): Policies {
  const policies: Partial<Policies> | undefined =
    typeof guarantee === 'string' ? guarantees[guarantee] : (guarantee ?? undefined)
  if (
    !policies ||
    !isOneOf(policies.onFailure, ['final', 'release']) ||
    !isOneOf(policies.onAbandoned, ['hold', 'rerun'])
  ) {
    throw new OptionInvalid(
      'guarantee',
      "name 'at-most-once' (a double is worse than a stop) or 'at-least-once' (a re-run is harmless), " +
        "define it by transactional() where its whole effect is in the store's own database, " +
        "or give { onFailure: 'final' | 'release', onAbandoned: 'hold' | 'rerun' }",
    )
  }
  return { onFailure: policies.onFailure, onAbandoned: policies.onAbandoned }
}

/** Of two guarantees that meet on one receipt (a deployment changed it), the one that re-runs less. */
export function stricter(a: Policies, b: Policies): Policies {
  return {
    onFailure: a.onFailure === 'final' || b.onFailure === 'final' ? 'final' : 'release',
    onAbandoned: a.onAbandoned === 'hold' || b.onAbandoned === 'hold' ? 'hold' : 'rerun',
  }
}

function isOneOf<T extends string>(value: unknown, allowed: readonly T[]): value is T {
  return allowed.includes(value as T)
}
