import type { Charge } from './ledger.ts'

/** What a call asks for. It travels to a worker process, which makes the call. */
export interface Order {
  readonly tenant: string
  readonly key: string
  readonly request: unknown
  /** Over HTTP: where the request goes. */
  readonly url?: string
  /** At this moment the effect waits until the worker is told to go on, or is killed. */
  readonly holdAt?: Moment
}

/** The two moments within an effect: nothing has happened yet; it has happened and nobody knows. */
export type Moment = 'effect_began' | 'effect_written'

/** What a worker tells of what goes on in it: the moments of its effects, the library's own events, requests on their way. */
export type Happening = Moment | 'waiting' | 'claimed' | 'claim_lost' | 'recovered' | 'sent'

export type Answer =
  | {
      readonly got: 'outcome'
      readonly value: Charge
      /** Over HTTP: SHA-256 of the status and the body's bytes. */
      readonly sha256?: string | undefined
      readonly replayed: boolean
    }
  | { readonly got: 'error'; readonly name: string; readonly message: string }
  /** The process ended before it answered. */
  | { readonly got: 'nothing' }

/** To a worker. */
export type Instruction =
  /** Stand at the barrier with these calls until `go`. */
  | { readonly do: 'stand'; readonly calls: readonly { readonly id: number; readonly order: Order }[] }
  | { readonly do: 'go' }
  /** The caller of this call is gone. */
  | { readonly do: 'give_up'; readonly id: number }
  | { readonly do: 'go_on' }
  /** SIGSTOP. */
  | { readonly do: 'freeze' }
  | { readonly do: 'close' }

/** From a worker. */
export type Report =
  | { readonly say: 'ready' }
  | { readonly say: 'standing' }
  | { readonly say: 'happened'; readonly what: Happening }
  | { readonly say: 'answer'; readonly id: number; readonly answer: Answer }
