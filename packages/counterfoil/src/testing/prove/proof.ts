/**
 * What a proof found, in plain JSON: every report is made from it, whatever its form. It holds no key that a request was
 * sent with but those that the proof made up itself, no header field's value that was given to it, and no body.
 */
export interface Proof {
  readonly of: 'http' | 'store'
  /** A URL without user, password and query. */
  readonly target: string
  /** By the wall clock, as ISO 8601. */
  readonly startedAt: string
  readonly durationMs: number
  /** Run again with it, the proof makes the same choices. */
  readonly seed: number
  /** What it was run with, for whoever wants to run it again: option and value, without secrets. */
  readonly terms: readonly (readonly [option: string, value: string])[]
  readonly versions: ProofVersions
  readonly scenarios: readonly ScenarioProof[]
}

export interface ProofVersions {
  readonly counterfoil: string
  readonly node: string
  readonly platform: string
}

/** `not_shown`: something could not be measured, so that it is neither. It never counts as held. */
export type VerdictKind = 'held' | 'broken' | 'not_shown'

export type Verdict =
  | {
      readonly kind: 'held'
      /** What this does not show, and how rare a fault it could have missed. */
      readonly bound: string
    }
  | {
      readonly kind: 'broken'
      /** One sentence: which promise, and how it was seen to be broken. */
      readonly why: string
      /** The shortest that shows it: the two requests that both ran, the answer that was another's. */
      readonly evidence: readonly Evidence[]
    }
  | {
      readonly kind: 'not_shown'
      /** One sentence: what was missing, and the option that would give it. */
      readonly why: string
    }

/** One thing that was seen, for a human, with when it was: milliseconds from the round's start. */
export interface Evidence {
  readonly atMs: number
  readonly says: string
}

export interface ScenarioProof {
  /** Stays, whatever becomes of the title: `--only` takes it. */
  readonly id: string
  /** The promise, as a sentence. */
  readonly title: string
  readonly verdict: Verdict
  /** How often it was played. A rare race is a matter of rounds. */
  readonly rounds: number
  readonly requests: number
  readonly answers: AnswerSummary
  readonly effects: EffectSummary
  /**
   * How close to each other requests left that were to leave at once: milliseconds from the first of a volley to its last.
   * `null` where none were.
   */
  readonly spreadMs: { readonly median: number; readonly max: number } | null
  /** One round, the one that shows most: the first broken one, else the last. */
  readonly timeline: readonly TimelineEntry[]
}

/** All that came back, over all rounds. */
export interface AnswerSummary {
  readonly statuses: readonly { readonly status: string; readonly count: number }[]
  /** Distinct bodies by hash, the commonest first. */
  readonly bodies: readonly { readonly sha256: string; readonly bytes: number; readonly count: number }[]
  /** Of the answers; `null` where none came. */
  readonly latencyMs: {
    readonly p50: number
    readonly p95: number
    readonly p99: number
    readonly max: number
  } | null
}

/** How many effects there were for each key, over all rounds; `not_counted`: nobody said how to count them. */
export type EffectSummary =
  | { readonly kind: 'not_counted' }
  | {
      readonly kind: 'counted'
      readonly expected: { readonly least: number; readonly most: number }
      readonly seen: readonly { readonly effects: number; readonly keys: number }[]
    }

/** One call of a round. */
export interface TimelineEntry {
  /** Milliseconds from the round's start. */
  readonly startMs: number
  readonly endMs: number
  /** Which process, which connection. */
  readonly caller: string
  readonly role: TimelineRole
  /** The status of an HTTP answer, or the kind of a store's; `no answer` where the connection broke. */
  readonly answer: string
}

/** What became of a call. `ran`: it was granted the claim, as far as its answer tells. */
export type TimelineRole = 'ran' | 'waited' | 'replayed' | 'refused' | 'failed' | 'no_answer'

/** The worst of its scenarios: broken before not shown before held. A proof that showed nothing is not shown. */
export function verdictOf({ scenarios }: Pick<Proof, 'scenarios'>): VerdictKind {
  const kinds = new Set(scenarios.map(({ verdict }) => verdict.kind))
  if (kinds.has('broken')) return 'broken'
  return kinds.has('not_shown') || kinds.size === 0 ? 'not_shown' : 'held'
}
