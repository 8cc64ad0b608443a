import type { Fault, TargetTerms } from './terms.ts'

/** What keeps every promise, each in its own way; the names say how. */
export const rightTargets: Readonly<Record<string, Partial<TargetTerms>>> = {
  'Counterfoil at most once': { layer: 'counterfoil' },
  'Counterfoil at least once': { layer: 'counterfoil', guarantee: 'at-least-once' },
  'Counterfoil that refuses duplicates': { layer: 'counterfoil', duplicate: 'is refused' },
  'Counterfoil with callers who share their keys': {
    layer: 'counterfoil',
    tenants: 'one',
    paths: 'together',
  },
  'Counterfoil that requires no key': { layer: 'counterfoil', keys: 'optional' },
  'a hand-made layer that waits': {},
  'a hand-made layer that refuses duplicates': { duplicate: 'is refused' },
  'a hand-made layer at least once': { guarantee: 'at-least-once' },
  'one that answers conflicts with 409': { duplicate: 'is refused', conflictStatus: 409 },
  'one that is slow': { chargeMs: 700 },
  'one that is too fast to race': { chargeMs: 0 },
  'one that sheds load': { load: 'sheds' },
  'one that stalls': { load: 'stalls', duplicate: 'is refused' },
}

export interface Broken {
  readonly fault: Fault
  /** Where it shows, if not as usual. */
  readonly terms?: Partial<TargetTerms>
  /** The scenario that must find it. */
  readonly foundBy: string
  /** Others in which it shows too. All the rest keep what they promise. */
  readonly alsoBy?: readonly string[]
}

/** What breaks one promise and keeps the others. */
export const brokenTargets: readonly Broken[] = [
  {
    fault: 'checks, and then sets',
    foundBy: 'concurrent',
    alsoBy: ['conflict-in-flight', 'refused-duplicate'],
  },
  { fault: 'compares no bodies', foundBy: 'conflict', alsoBy: ['conflict-in-flight', 'large-body'] },
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
  { fault: 'keeps an outcome no longer than its lease', foundBy: 'late-retry' },
  { fault: 'keeps no tenants apart', foundBy: 'tenants' },
  { fault: 'keeps no paths apart', foundBy: 'scope' },
  { fault: 'is wedged by a crash', foundBy: 'crash' },
  { fault: 'is wedged by a caller who hangs up', foundBy: 'disconnect' },
  { fault: 'is wedged by a refused upstream', foundBy: 'refused-upstream' },
  {
    fault: 'lets a refused duplicate drop the lock of the running one',
    terms: { duplicate: 'is refused' },
    foundBy: 'refused-duplicate',
    alsoBy: ['concurrent', 'conflict-in-flight', 'disconnect', 'refusal-leaks-nothing'],
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
