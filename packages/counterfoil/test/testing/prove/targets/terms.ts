/** What a hand-made layer gets wrong; each reads after "a service that". */
export type Fault =
  | 'checks, and then sets'
  | 'compares no bodies'
  | 'compares bodies only with an outcome'
  | 'compares only the first 4 KiB of a body'
  | 'writes JSON anew on a replay'
  | 'drops a field on a replay'
  | 'answers a replay with 200'
  | 'answers what still runs with an empty 200'
  | 'forgets its outcomes at a restart'
  | 'keeps an outcome no longer than its lease'
  | 'keeps no tenants apart'
  | 'keeps no paths apart'
  | 'is wedged by a crash'
  | 'is wedged by a caller who hangs up'
  | 'is wedged by a refused upstream'
  | 'lets a refused duplicate drop the lock of the running one'
  | 'keeps the refusal of a duplicate as the outcome'
  | 'keeps a 429 as the outcome'
  | 'tells the stored request in a refusal'
  | 'tells the stored outcome in a refusal'
  | 'checks no keys'
  | 'takes quotes for a part of the key'
  | 'cuts long keys'
  | 'takes a missing key for one'

/** How a target is set up. All but a fault is right, each in its own way. */
export interface TargetTerms {
  readonly layer: 'counterfoil' | 'by hand'
  readonly guarantee: 'at-most-once' | 'at-least-once'
  /** What becomes of a second request while the first one runs. */
  readonly duplicate: 'waits' | 'is refused'
  readonly keys: 'required' | 'optional'
  /** `one`: the callers share their keys, and a retry with other credentials is refused. Of Counterfoil alone. */
  readonly tenants: 'many' | 'one'
  /** `together`: a key that was used on one path is in conflict on another. Of Counterfoil alone. */
  readonly paths: 'apart' | 'together'
  readonly leaseMs: number
  /** How long a charge takes. */
  readonly chargeMs: number
  /** Whether its effect comes as it begins, or at its end, with the answer right after it. */
  readonly effect: 'first' | 'last'
  /** `sheds`: 503 beyond a few requests at a time, before anything else looks at them. `stalls`: its thread is busy half of the time. */
  readonly load: 'none' | 'sheds' | 'stalls'
  readonly conflictStatus: 409 | 422
  /** `alike`: the answer to a charge says nothing of which one it is. */
  readonly answers: 'apart' | 'alike'
  readonly fault: Fault | null
}

export const usualTerms: TargetTerms = {
  layer: 'by hand',
  guarantee: 'at-most-once',
  duplicate: 'waits',
  keys: 'required',
  tenants: 'many',
  paths: 'apart',
  leaseMs: 1000,
  chargeMs: 100,
  effect: 'first',
  load: 'none',
  conflictStatus: 422,
  answers: 'apart',
  fault: null,
}
