import type { FailureFacts, OutcomeNotKept } from './errors.ts'

/** What a request came to, as the receipt keeps it. */
export type Outcome = ResponseOutcome | ValueOutcome | FailureOutcome | NotKeptOutcome

/** An HTTP response, byte for byte. */
export interface ResponseOutcome {
  readonly kind: 'response'
  readonly status: number
  /** The field lines in their order and spelling. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array
}

/** The value of a plain function, through a codec. */
export interface ValueOutcome {
  readonly kind: 'value'
  readonly value: EncodedValue
}

/** A thrown error. */
export interface FailureOutcome {
  readonly kind: 'failure'
  readonly failure: FailureFacts
}

/** It succeeded, and its outcome could not be kept. It never runs again for that. */
export interface NotKeptOutcome {
  readonly kind: 'not_kept'
  readonly why: OutcomeNotKept['why']
}

/** A value's bytes, and how a human may read them. */
export interface EncodedValue {
  readonly form: 'nothing' | 'json' | 'bytes'
  readonly bytes: Uint8Array
}

/** How values become bytes and come back. Replaceable per operation. */
export interface Codec {
  /** May throw: the outcome is then settled as succeeded, not kept. */
  encode(value: unknown): EncodedValue
  decode(encoded: EncodedValue): unknown
}
