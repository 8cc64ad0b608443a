import { type Codec, decodeOutcome, encodeOutcome, OptionInvalid, OutcomeUnreadable } from '../core/index.ts'

const MAX_NAME_BYTES = 255

/**
 * Before the step runs: what no store could keep under its name would have run for nothing. PostgreSQL takes 2,704 bytes
 * in an index (B-Tree), and a name may be six times as long as JSON.
 *
 * @throws {OptionInvalid}
 */
export function assertStepName(name: string): void {
  if (typeof name === 'string' && Buffer.byteLength(name) <= MAX_NAME_BYTES) return
  throw new OptionInvalid('step', `name it by a text of at most ${MAX_NAME_BYTES} bytes of UTF-8`)
}

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
