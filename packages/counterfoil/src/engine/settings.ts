import {
  type Codec,
  type Duration,
  durationMs,
  type GivenResponse,
  type Guarantee,
  jsonCodec,
  OptionInvalid,
  type Policies,
  policiesOf,
  type Running,
} from '../core/index.ts'
import type { Attempt } from './attempt.ts'
import type { Classify } from './verdict.ts'

/** What a recovery found out about the attempts before it. */
export type Found<T> =
  | { readonly found: 'happened'; readonly value: T }
  /** Over HTTP: what its caller would have been answered. A value goes out as JSON, with status 200. */
  | { readonly found: 'happened'; readonly response: GivenResponse }
  | { readonly found: 'did_not_happen' }
  | { readonly found: 'unknown' }

/**
 * Finds out what an abandoned attempt did, under a claim of its own. "It did not happen" is only as good as the
 * downstream's answer, since the abandoned attempt may still act: ask by the derived key (`attempt.keyFor`), or fence
 * the downstream, or wait out the maximum duration. What it throws counts as `unknown`.
 */
export type Recover<T> = (receipt: Running, attempt: Attempt) => Found<T> | Promise<Found<T>>

/**
 * Runs a kept request again when nobody comes back to retry it. Over HTTP the request is a `KeptRequest`, and the answer
 * a `GivenResponse`.
 */
export type Rerun<T> = (request: unknown, attempt: Attempt) => T | Promise<T>

export interface OperationOptions<T = unknown> {
  /** What the operation promises across failures. There is no default: it is the decision that matters. */
  readonly guarantee: Guarantee
  /**
   * How long the outcome is kept. Default `'24h'`. `'inFlightOnly'`: only those who waited while it ran get it, and
   * a later call runs again.
   */
  readonly ttl?: Duration | 'inFlightOnly'
  /** How long the key is remembered: longer than your slowest retrier. Default: the ttl, and never less. */
  readonly keyRetention?: Duration
  /** How long a claim holds without renewal; renewed each third of it. Default `'30s'`. */
  readonly lease?: Duration
  /** How long a claim is renewed at most; never less than the lease. Default `'10m'`, or the lease if that is longer. */
  readonly maxDuration?: Duration
  /** How long a second caller waits for the first; `'reject'` refuses it at once. Default `'10s'`. */
  readonly wait?: Duration | 'reject'
  /** Callers that may wait for one receipt in this process; more are refused at once. Default 5,000. */
  readonly maxWaitersPerReceipt?: number
  /** Larger outcomes are not kept (bytes; of a response, those of its body). Default 1 MiB. */
  readonly maxOutcomeBytes?: number
  /** Members of the request that are left out of the fingerprint, as JSON Pointers (RFC 6901): `['/sentAt']`. */
  readonly ignore?: readonly string[]
  /** What the request is, in place of the built-in fingerprint: equal results are equal requests. */
  readonly fingerprint?: (request: unknown) => string | Uint8Array
  readonly codec?: Codec
  readonly classify?: Classify<T>
  readonly recover?: Recover<T>
  /** How long after the lapse `recoverAbandoned` waits before it acts. Default `'0s'`. */
  readonly recoverAfter?: Duration
  /** Recover abandoned receipts by a timer of this engine, this often. Needs `recover` or `keepRequest`. */
  readonly recoverEvery?: Duration
  /**
   * Keep each request with its receipt (through the codec; over HTTP as it came, credentials and all), so that an
   * abandoned one can be run again by itself. A method, so that yours may name the type of its request.
   */
  readonly keepRequest?: { rerun(request: unknown, attempt: Attempt): T | Promise<T> }
}

/** The options with every default filled in and every duration in milliseconds. */
export interface Settings {
  readonly policies: Policies
  readonly ttlMs: number
  readonly keyRetentionMs: number
  readonly leaseMs: number
  readonly maxDurationMs: number
  /** 0: refused at once. */
  readonly waitMs: number
  readonly maxWaitersPerReceipt: number
  readonly maxOutcomeBytes: number
  readonly ignore: readonly string[]
  readonly fingerprint: ((request: unknown) => string | Uint8Array) | undefined
  readonly codec: Codec
  readonly classify: Classify<unknown> | undefined
  readonly recover: Recover<unknown> | undefined
  readonly recoverAfterMs: number
  readonly recoverEveryMs: number | undefined
  readonly rerun: Rerun<unknown> | undefined
}

const DEFAULT_MAX_DURATION_MS = 600_000

/** @throws {OptionInvalid} for an option that is malformed or does not fit the others. */
export function settingsOf<T>(options: OperationOptions<T>): Settings {
  const known = options as OperationOptions<T> | undefined
  if (typeof known !== 'object' || known === null) {
    throw new OptionInvalid('guarantee', "pass the operation's options, with a guarantee among them")
  }
  refuseUnknown(options, OPTIONS)
  const leaseMs = positive('lease', durationMs('lease', options.lease ?? '30s'))
  const maxDurationMs =
    options.maxDuration === undefined
      ? Math.max(leaseMs, DEFAULT_MAX_DURATION_MS)
      : positive('maxDuration', durationMs('maxDuration', options.maxDuration))
  if (leaseMs > maxDurationMs) throw new OptionInvalid('lease', 'make it no longer than maxDuration')
  const waitMs = options.wait === 'reject' ? 0 : waitOf(options.wait ?? '10s')
  const { ttlMs, keyRetentionMs } = lifetimes(options, waitMs)
  const policies = policiesOf(options.guarantee)
  if (options.recoverEvery !== undefined && !canRecover({ policies, ...options })) {
    throw new OptionInvalid(
      'recoverEvery',
      'give recover too, or keepRequest under a guarantee that re-runs: nothing could be done for an abandoned receipt',
    )
  }
  return {
    policies,
    ttlMs,
    keyRetentionMs,
    leaseMs,
    maxDurationMs,
    waitMs,
    maxWaitersPerReceipt: whole('maxWaitersPerReceipt', options.maxWaitersPerReceipt ?? 5000),
    maxOutcomeBytes: whole('maxOutcomeBytes', options.maxOutcomeBytes ?? 1_048_576),
    ignore: options.ignore ?? [],
    fingerprint: options.fingerprint,
    codec: options.codec ?? jsonCodec,
    classify: options.classify as Classify<unknown> | undefined,
    recover: options.recover,
    recoverAfterMs: durationMs('recoverAfter', options.recoverAfter ?? '0s'),
    recoverEveryMs:
      options.recoverEvery === undefined
        ? undefined
        : positive('recoverEvery', durationMs('recoverEvery', options.recoverEvery)),
    rerun: options.keepRequest?.rerun,
  }
}

/** Whether anything can be done for an abandoned receipt when nobody comes back to retry. */
export function canRecover(of: { policies: Policies; recover?: unknown; keepRequest?: unknown }): boolean {
  return of.recover !== undefined || (of.keepRequest !== undefined && of.policies.onAbandoned === 'rerun')
}

/** The options whose settings differ: what a second definition of an operation changed. */
export function differences(a: Settings, b: Settings): readonly string[] {
  const names = Object.keys(a) as (keyof Settings)[]
  const changed = names.filter((name) => {
    const [left, right] = [a[name], b[name]]
    return typeof left === 'object' && name !== 'codec'
      ? JSON.stringify(left) !== JSON.stringify(right)
      : left !== right
  })
  return changed.map(optionOf)
}

/** The option that a setting was made from. */
function optionOf(setting: keyof Settings): string {
  if (setting === 'policies') return 'guarantee'
  return setting === 'rerun' ? 'keepRequest' : setting.replace(/Ms$/, '')
}

function lifetimes(
  options: Pick<OperationOptions, 'ttl' | 'keyRetention'>,
  waitMs: number,
): { ttlMs: number; keyRetentionMs: number } {
  if (options.ttl === 'inFlightOnly') {
    if (options.keyRetention !== undefined) {
      throw new OptionInvalid(
        'keyRetention',
        "leave it out with ttl: 'inFlightOnly', which remembers a key only while calls may wait for it",
      )
    }
    return { ttlMs: waitMs, keyRetentionMs: waitMs }
  }
  const ttlMs = positive('ttl', durationMs('ttl', options.ttl ?? '24h'))
  const keyRetentionMs =
    options.keyRetention === undefined ? ttlMs : durationMs('keyRetention', options.keyRetention)
  if (keyRetentionMs < ttlMs)
    throw new OptionInvalid('keyRetention', 'make it at least the ttl: the key outlives the outcome')
  if (keyRetentionMs <= waitMs) {
    throw new OptionInvalid(
      'keyRetention',
      "make it longer than the wait, or say ttl: 'inFlightOnly' if a later retry is meant to run again",
    )
  }
  return { ttlMs, keyRetentionMs }
}

function waitOf(wait: Duration): number {
  try {
    return durationMs('wait', wait)
  } catch (error) {
    throw new OptionInvalid(
      'wait',
      `say 'reject', or write a number and a unit, such as '10s', not ${JSON.stringify(wait)}`,
      { cause: error },
    )
  }
}

const OPTIONS: readonly string[] = [
  'guarantee',
  'ttl',
  'keyRetention',
  'lease',
  'maxDuration',
  'wait',
  'maxWaitersPerReceipt',
  'maxOutcomeBytes',
  'ignore',
  'fingerprint',
  'codec',
  'classify',
  'recover',
  'recoverAfter',
  'recoverEvery',
  'keepRequest',
] satisfies (keyof OperationOptions)[]

/** A misspelt option would be a default that nobody chose. @throws {OptionInvalid} */
export function refuseUnknown(options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name))
      throw new OptionInvalid(name, `there is no such option; there are ${known.join(', ')}`)
  }
}

export function positive(option: string, ms: number): number {
  if (ms <= 0) throw new OptionInvalid(option, 'make it longer than nothing')
  return ms
}

export function whole(option: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new OptionInvalid(option, 'give a whole number, not below 0')
  return value
}
