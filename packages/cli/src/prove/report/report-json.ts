import { type Proof, type VerdictKind, verdictOf } from 'counterfoil/testing'

/** Where the form of the JSON is written down: `docs/schemas/proof-1.json`. Another number is another form. */
export const PROOF_SCHEMA = 'https://counterfoil.dev/schemas/proof-1.json'

/** A proof as it is published, with the verdict of the whole, which a reader would otherwise have to work out. */
export interface ProofJson extends Proof {
  readonly $schema: typeof PROOF_SCHEMA
  readonly verdict: VerdictKind
}

export function proofJson(proof: Proof): ProofJson {
  return { $schema: PROOF_SCHEMA, verdict: verdictOf(proof), ...proof }
}
