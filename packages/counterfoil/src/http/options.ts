import { OptionInvalid, type Receipt } from '../core/index.ts'
import type { EngineOperation } from '../engine/operation.ts'
import { refuseUnknown, whole } from '../engine/settings.ts'
import type { FieldLines } from './field-lines.ts'

/** What a team decides about an operation's requests. `Request` is the framework's. */
export interface HttpOptions<Request> {
  /**
   * Who owns the key: a stable principal, never a token that rotates. Asked after authentication. Where there is one
   * tenant only, its name: then a retry must carry the credentials of the first request (403), unless
   * `authorizeReplay` says who may see an outcome.
   */
  readonly tenant: ((request: Request) => string | Promise<string>) | OneTenant
  /** The operation's name for this request; default the operation's own. For a proxy in front of many. */
  readonly name?: (request: Request) => string
  /** Where the store can't be asked, run as if Counterfoil weren't there. Only under a guarantee that re-runs. */
  readonly failOpen?: boolean
  /**
   * Where the key is, if not in the `Idempotency-Key` field: a function, `null` or `undefined` where the request has none; or a
   * JSON Pointer (RFC 6901) into a JSON body, which is then read before it is known whether there is a key. What it
   * points at stays out of the fingerprint.
   */
  readonly key?: ((request: Request) => string | null | undefined) | { readonly pointer: string }
  /** Refuse a request without a key (400). Default: it is handled as if Counterfoil weren't there. */
  readonly requireKey?: boolean
  /** Default `['POST', 'PATCH']`. */
  readonly methods?: readonly string[]
  /** Whether this caller may still see an earlier attempt's outcome. Default: whoever is the tenant may. */
  readonly authorizeReplay?: (request: Request, receipt: ReplayedReceipt) => boolean | Promise<boolean>
  /** Further response fields that are no part of the outcome; `Name-*` stands for all that begin so. */
  readonly notKept?: readonly string[]
  /**
   * The field lines that are kept with a request, where the operation keeps it. Default: all, as received, and so the
   * caller's credentials too.
   */
  readonly keptFields?: (request: Request) => FieldLines
  /** Bytes of a request that are read for its fingerprint, decoded; a larger one is refused (413). Default 10 MiB. */
  readonly maxRequestBytes?: number
  /** Told of what the application's caller is not: an error of the handler, or of one of these functions. Default: `console.error`. */
  readonly onError?: (error: unknown) => void
}

/** A deployment with one tenant, whose callers are told apart by `Authorization`, `X-API-Key` and `Cookie`. */
export interface OneTenant {
  readonly only: string
  /** Which cookies are credentials; default all. */
  readonly cookies?: readonly string[]
}

/** What `authorizeReplay` is told of the receipt: neither its token nor its outcome. */
export type ReplayedReceipt = Pick<Receipt, 'id' | 'tenant' | 'operation' | 'createdAt' | 'attempt' | 'state'>

/** @throws {OptionInvalid} */
export function checkedOptions<Request>(
  options: HttpOptions<Request>,
  { policies }: EngineOperation<unknown>['settings'],
): HttpOptions<Request> {
  const { tenant, failOpen, key, methods = [], maxRequestBytes = 1 } = options ?? {}
  refuseUnknown(options ?? {}, KNOWN)
  if (failOpen && policies.onAbandoned === 'hold') {
    throw new OptionInvalid(
      'failOpen',
      'an operation that may run at most once must not run where that is not known: leave it out, or name a guarantee that re-runs',
    )
  }
  if (typeof tenant !== 'function' && typeof tenant?.only !== 'string') {
    throw new OptionInvalid(
      'tenant',
      'give the function that says who owns the key, such as (req) => req.auth.accountId',
    )
  }
  if (key !== undefined && typeof key !== 'function' && typeof key?.pointer !== 'string') {
    throw new OptionInvalid('key', 'give a function of the request, or a pointer such as { pointer: "/key" }')
  }
  const wrong = methods.find((method) => !/^[A-Z]+$/.test(method) || method === 'OPTIONS')
  if (wrong !== undefined) {
    throw new OptionInvalid(
      'methods',
      `${wrong} is none: give capitals, such as PUT; OPTIONS is never touched`,
    )
  }
  whole('maxRequestBytes', maxRequestBytes)
  return options
}

const KNOWN = [
  'tenant',
  'name',
  'failOpen',
  'key',
  'requireKey',
  'methods',
  'authorizeReplay',
  'notKept',
  'keptFields',
  'maxRequestBytes',
  'onError',
] satisfies (keyof HttpOptions<never>)[]
