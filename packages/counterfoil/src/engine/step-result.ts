import { type Codec, decodeOutcome, encodeOutcome, OutcomeUnreadable } from '../core/index.ts'

/** What a step gave, as it is kept: encoded like an outcome's value, so that the encoding's version covers it. */
export function encodedStep(codec: Codec, value: unknown): Uint8Array {
  return encodeOutcome({ kind: 'value', value: codec.encode(value) })
}

/** @throws {OutcomeUnreadable} */
export function decodedStep(codec: Codec, bytes: Uint8Array): unknown {
  const outcome = decodeOutcome(bytes)
  if (outcome.kind !== 'value') throw new OutcomeUnreadable(`a step's result can't be a ${outcome.kind}`)
  return codec.decode(outcome.value)
}
