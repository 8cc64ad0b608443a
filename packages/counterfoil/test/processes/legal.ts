import { type Place, type Reading, type Receipt, standingOf, transitions } from '../../src/core/index.ts'

/**
 * Whether a receipt may have been seen so, one reading after the other: each place is one that the transitions lead
 * to from the last, attempts only rise, and an attempt begins only once the one before it is over.
 *
 * @returns what is not legal, in words; empty where all is.
 */
export function faultsIn(readings: readonly Reading[]): readonly string[] {
  return readings.flatMap((reading, index) => {
    const before = readings[index - 1]
    const steps = before ? [stepFault(before, reading), attemptFault(before, reading)] : []
    return [...steps, ...pastFaults(reading.receipt)].filter((fault) => fault !== undefined)
  })
}

function stepFault(before: Reading, after: Reading): string | undefined {
  const [from, to] = [placeIn(before), placeIn(after)]
  return from === to || isReachable(from, to) ? undefined : `it went from ${from} to ${to}`
}

function attemptFault({ receipt: before }: Reading, { receipt: after }: Reading): string | undefined {
  if (before === undefined || (after && after.attempt >= before.attempt)) return undefined
  return `it went from attempt ${before.attempt} back to ${after?.attempt ?? 'nothing'}`
}

/** Every attempt is remembered, in its order, and none began under another's lease. */
function pastFaults(receipt: Receipt | undefined): readonly string[] {
  if (receipt === undefined) return []
  const past = receipt.history.filter((entry) => entry.kind === 'attempt')
  const expected = Array.from({ length: receipt.attempt - 1 }, (_, index) => index + 1)
  const faults =
    past.map(({ attempt }) => attempt).join() === expected.join()
      ? []
      : [`attempt ${receipt.attempt} remembers the attempts [${past.map(({ attempt }) => attempt)}]`]
  const begins = [...past.map(({ claimedAt }) => claimedAt), receipt.claimedAt]
  const early = past.filter(({ endedAt }, index) => (begins[index + 1] as number) < endedAt)
  return [...faults, ...early.map(({ attempt }) => `an attempt began before attempt ${attempt} was over`)]
}

function isReachable(from: Place, to: Place): boolean {
  const reached = new Set<Place>([from])
  // A set that grows while it is walked: what is added is walked too.
  for (const place of reached) {
    for (const transition of transitions) if (transition.from === place) reached.add(transition.to)
  }
  return reached.has(to)
}

function placeIn({ receipt, now }: Reading): Place {
  const standing = standingOf(receipt, now)
  if (standing.is === 'settled') return standing.receipt.state
  return standing.is === 'running' ? 'in_progress' : standing.is
}
