import type { Fault, TargetTerms } from './terms.ts'

/** What keeps every promise, in a way of its own. */
export interface Right {
  readonly name: string
  readonly terms: Partial<TargetTerms>
  /** The scenarios in which its way shows. */
  readonly shows: readonly string[]
  /** Those in which its way leaves nothing to be seen, on most days. */
  readonly hides?: readonly string[]
}

const races = ['concurrent', 'conflict-in-flight', 'refused-duplicate', 'disconnect']

export const rightTargets: readonly Right[] = [
  {
    name: 'Counterfoil that refuses duplicates',
    terms: { layer: 'counterfoil', duplicate: 'is refused' },
    shows: races,
  },
  {
    name: 'Counterfoil with callers who share their keys',
    terms: { layer: 'counterfoil', tenants: 'one', paths: 'together' },
    shows: ['scope', 'tenants', 'refusal-leaks-nothing'],
  },
  {
    name: 'Counterfoil that requires no key',
    terms: { layer: 'counterfoil', keys: 'optional' },
    shows: ['missing-key', 'malformed-key'],
  },
  { name: 'a hand-made layer that waits', terms: {}, shows: races },
  { name: 'a hand-made layer that refuses duplicates', terms: { duplicate: 'is refused' }, shows: races },
  {
    name: 'a hand-made layer at least once',
    terms: { guarantee: 'at-least-once' },
    shows: ['refused-upstream', 'crash'],
  },
  {
    name: 'one that answers conflicts with 409',
    terms: { duplicate: 'is refused', conflictStatus: 409 },
    shows: ['conflict', 'refusal-leaks-nothing', 'large-body'],
  },
  { name: 'one that is slow', terms: { chargeMs: 700 }, shows: ['concurrent', 'disconnect'] },
  {
    name: 'one that is fast',
    terms: { chargeMs: 0 },
    shows: ['concurrent', 'disconnect'],
    // No time between its effect and its answer.
    hides: ['crash'],
  },
  {
    name: 'one that answers every charge alike',
    terms: { answers: 'alike' },
    shows: ['missing-key', 'scope', 'tenants', 'concurrent'],
  },
  { name: 'one that sheds load', terms: { load: 'sheds' }, shows: ['concurrent', 'conflict-in-flight'] },
  { name: 'one that stalls', terms: { load: 'stalls', duplicate: 'is refused' }, shows: races },
]

/** What breaks one promise and keeps the others. */
export interface Broken {
  readonly fault: Fault
  /** Where it shows, if not as usual. */
  readonly terms?: Partial<TargetTerms>
  /** The scenario that must find it. */
  readonly foundBy: string
  /** Others in which it shows too. All the rest keep what they promise. */
  readonly alsoBy?: readonly string[]
}

export const brokenTargets: readonly Broken[] = [
  {
    fault: 'checks, and then sets',
    foundBy: 'concurrent',
    alsoBy: ['conflict-in-flight', 'refused-duplicate'],
  },
  {
    fault: 'compares no bodies',
    foundBy: 'conflict',
    alsoBy: ['conflict-in-flight', 'refused-duplicate', 'large-body'],
  },
  {
    fault: 'compares bodies only with an outcome',
    foundBy: 'conflict-in-flight',
    alsoBy: ['refused-duplicate'],
  },
  { fault: 'compares only the first 4 KiB of a body', foundBy: 'large-body' },
  { fault: 'writes JSON anew on a replay', foundBy: 'identity' },
  { fault: 'drops a field on a replay', foundBy: 'identity' },
  { fault: 'answers a replay with 200', foundBy: 'identity' },
  {
    fault: 'answers what still runs with an empty 200',
    foundBy: 'concurrent',
    alsoBy: ['conflict-in-flight', 'refused-duplicate', 'disconnect'],
  },
  { fault: 'forgets its outcomes at a restart', foundBy: 'restart' },
  {
    fault: 'keeps an outcome no longer than its lease',
    // Whatever takes longer than that finds it too: on a busy machine a restart does.
    terms: { leaseMs: 3000 },
    foundBy: 'late-retry',
    alsoBy: ['restart'],
  },
  { fault: 'keeps no tenants apart', foundBy: 'tenants' },
  { fault: 'keeps no paths apart', foundBy: 'scope' },
  { fault: 'is wedged by a crash', foundBy: 'crash' },
  { fault: 'is wedged by a caller who hangs up', foundBy: 'disconnect' },
  { fault: 'is wedged by a refused upstream', foundBy: 'refused-upstream' },
  {
    fault: 'lets a refused duplicate drop the lock of the running one',
    terms: { duplicate: 'is refused' },
    foundBy: 'refused-duplicate',
    alsoBy: ['concurrent', 'conflict-in-flight', 'disconnect'],
  },
  {
    fault: 'keeps the refusal of a duplicate as the outcome',
    terms: { duplicate: 'is refused' },
    foundBy: 'refused-duplicate',
    alsoBy: ['concurrent', 'conflict-in-flight', 'disconnect'],
  },
  { fault: 'keeps a 429 as the outcome', foundBy: 'limited' },
  { fault: 'tells the stored request in a refusal', foundBy: 'refusal-leaks-nothing' },
  { fault: 'tells the stored outcome in a refusal', foundBy: 'refusal-leaks-nothing' },
  { fault: 'checks no keys', foundBy: 'malformed-key' },
  { fault: 'cuts long keys', foundBy: 'malformed-key' },
  { fault: 'takes quotes for a part of the key', foundBy: 'key-spelling' },
  { fault: 'takes a missing key for one', foundBy: 'missing-key' },
]
