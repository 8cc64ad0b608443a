import {
  type Codec,
  type EncodedValue,
  type FailureFacts,
  type Outcome,
  OutcomeNotKept,
  OutcomeUnreadable,
  StoredFailure,
} from '../core/index.ts'
import type { Attempt, RunningAttempt } from './attempt.ts'
import type { Finished } from './caller.ts'
import type { Settings } from './settings.ts'
import { defaultVerdict, type Ended, type Verdict, verdicts } from './verdict.ts'

/** The user's function around the side effect. It may run on after its caller has left. */
export type Handler<T> = (attempt: Attempt) => T | Promise<T>

export async function runHandler<T>(handler: Handler<T>, attempt: Attempt): Promise<Ended<T>> {
  try {
    return { kind: 'returned', value: await handler(attempt) }
  } catch (error) {
    return { kind: 'threw', error }
  }
}

/** What the end of a handler that answers with a value means for the receipt. */
export function finishedAs(ended: Ended<unknown>, attempt: RunningAttempt, settings: Settings): Finished {
  return finishedWith(outcomeOf(ended, settings.codec), defaultVerdict, ended, attempt, settings)
}

/** The same for an outcome of another form, with a default judgement of its own. */
export function finishedWith<T>(
  outcome: Outcome,
  byDefault: (ended: Ended<T>) => Verdict,
  ended: Ended<T>,
  attempt: RunningAttempt,
  settings: Settings,
): Finished {
  const error = ended.kind === 'threw' ? ended.error : undefined
  try {
    return { verdict: verdictOn(ended, attempt, settings, byDefault), outcome, error }
  } catch (classifyError) {
    // A judgement that fails is no judgement: the receipt is held or re-run, as the guarantee says of the unknown.
    return { verdict: 'unknown', outcome, error: classifyError }
  }
}

/**
 * The value that an outcome stands for.
 * @throws {StoredFailure | OutcomeNotKept | OutcomeUnreadable}
 */
export function valueIn<T>(
  outcome: Outcome,
  of: { operation: string; attempt: number; codec: Codec; standing: 'released' | 'final' },
): T {
  switch (outcome.kind) {
    case 'value':
      return decoded(of.codec, outcome.value) as T
    case 'failure':
      throw new StoredFailure(of.operation, of.attempt, outcome.failure, of.standing)
    case 'not_kept':
      throw new OutcomeNotKept(of.operation, outcome.why)
    case 'response':
      throw new OutcomeUnreadable('it is an HTTP response, and a value was asked for')
  }
}

function verdictOn<T>(
  ended: Ended<T>,
  attempt: RunningAttempt,
  { classify }: Settings,
  byDefault: (ended: Ended<T>) => Verdict,
): Verdict {
  if (ended.kind === 'threw' && attempt.hasUnsavedSteps) return 'unknown'
  if (attempt.mark !== 'none') return attempt.mark
  const own = checked(classify?.(ended))
  if (own !== undefined) return own
  // Stopped by its own signal: whatever it had sent by then may still take effect.
  return ended.kind === 'threw' && attempt.stopped ? 'unknown' : byDefault(ended)
}

/** A judgement is a user's word: one that is none of the five must not settle anything. */
function checked(own: unknown): Verdict | undefined {
  if (own === undefined || verdicts.has(own)) return own as Verdict | undefined
  if (own instanceof Promise) own.catch(() => undefined)
  throw new TypeError(`classify must answer one of ${[...verdicts].join(', ')}, or undefined, and at once`)
}

export function outcomeOf(ended: Ended<unknown>, codec: Codec): Outcome {
  return ended.kind === 'threw'
    ? { kind: 'failure', failure: failureFacts(ended.error) }
    : outcomeOfValue(ended.value, codec)
}

/** Not kept where the codec throws, or gives what is no encoded value. */
export function outcomeOfValue(value: unknown, codec: Codec): Outcome {
  try {
    const encoded = codec.encode(value)
    if (encoded.bytes instanceof Uint8Array && forms.has(encoded.form))
      return { kind: 'value', value: encoded }
  } catch {
    // what can't be encoded is no reason to run again
  }
  return { kind: 'not_kept', why: 'unencodable' }
}

const forms: ReadonlySet<string> = new Set<EncodedValue['form']>(['nothing', 'json', 'bytes'])

function decoded(codec: Codec, value: Parameters<Codec['decode']>[0]): unknown {
  try {
    return codec.decode(value)
  } catch {
    // Without its cause, which may quote the outcome.
    throw new OutcomeUnreadable("the codec can't decode it")
  }
}

/** UTF-16 units: an error's message may quote a whole response. */
const MAX_MESSAGE = 4096

export function failureFacts(error: unknown): FailureFacts {
  if (typeof error !== 'object' || error === null) {
    return { name: typeof error, message: text(() => error), code: null }
  }
  const at = (name: string): unknown => Reflect.get(error, name)
  const code = text(() => at('code') ?? '')
  return {
    name: text(() => at('name') ?? 'object'),
    message: text(() => at('message') ?? error),
    code: code === '' ? null : code,
  }
}

/** Whatever was thrown may throw again when it is looked at. */
function text(read: () => unknown): string {
  try {
    return String(read()).slice(0, MAX_MESSAGE).toWellFormed()
  } catch {
    return 'unprintable'
  }
}
