import type { Stage } from './stage.ts'

/** On what terms a case wants the service. Each option has its namesake in the integrations and the gateway. */
export interface HttpTerms {
  readonly guarantee: 'at-most-once' | 'at-least-once'
  readonly requireKey: boolean
  readonly wait: '10s' | 'reject'
  /** The key is remembered for longer. */
  readonly ttl: '1h' | '1ms'
  /** `by_field`: whom `X-Tenant` names; `one`: one tenant only, whose callers are told apart by their credentials. */
  readonly tenants: 'by_field' | 'one'
  /** `with_x_may`: a replay is only for a request with `X-May: yes`. */
  readonly mayReplay: 'anyone' | 'with_x_may'
  readonly maxRequestBytes: number
  readonly maxOutcomeBytes: number
  /** How many receipts the store has room for. */
  readonly maxReceipts: number
}

/**
 * What a service may have beyond HTTP itself. `attempt`: its handler can say what became of it. `hop`: it is a proxy, and
 * the handler is another server. `second_hop`: there is another such proxy behind it.
 */
export type HttpFeature = 'attempt' | 'hop' | 'second_hop'

/** The service that is held to the suite. */
export interface HttpServiceUnderTest {
  readonly has: readonly HttpFeature[]
  /** By a case's id: where the service deliberately does otherwise. The suite sees to it that it does. */
  readonly differs: Readonly<Record<string, HttpDifference>>
  /**
   * Starts it on 127.0.0.1, with no receipts. Whatever the method and the path, its handler calls `stage.enter` with the
   * request's `X-Script` field, its body and, of a `hop`, its field lines; and then acts out the turn that it gets, in its
   * own idiom.
   */
  start(terms: HttpTerms, stage: Stage): Promise<RunningHttpService>
}

export interface HttpDifference {
  /** For a reader of the table. */
  readonly why: string
  /** A part of what the suite then says, so that another failure isn't taken for the difference. */
  readonly seen: string
}

export interface RunningHttpService {
  readonly port: number
  /** Of a `second_hop`: where the proxy behind the first one listens. */
  readonly behind?: number
  close(): Promise<void>
}
